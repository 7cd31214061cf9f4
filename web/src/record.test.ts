import { expect, test } from 'vitest';
import type { Attribute } from './api/contract';
import { nameOf, readable } from './record';

test('quantities follow French writing, identifiers keep their digits', () => {
  expect(readable('surface_m2', 12500.5)).toBe('12\u202f500,5');
  expect(readable('annee_plantation', 1987)).toBe('1987');
  expect(readable('id', 123456)).toBe('123456');
});

test('a missing value is told apart from zero and from no', () => {
  expect(readable('etages', null)).toBeNull();
  expect(readable('nom', '')).toBeNull();
  expect(readable('etages', 0)).toBe('0');
  expect(readable('pmr', false)).toBe('non');
});

test('dates and lists are spelled out', () => {
  expect(readable('debut', '2026-03-05')).toBe('5 mars 2026');
  expect(readable('communes', ['69029', '69266'])).toBe('69029, 69266');
});

const attribute = (name: string, label: string, type: Attribute['type'] = 'String'): Attribute => ({
  name,
  label,
  type,
});

test('an object goes by its first naming attribute, in the order of the layer', () => {
  const attributes = [attribute('idu', 'Identifiant'), attribute('nom', 'Nom')];
  expect(nameOf(attributes, { idu: null, nom: 'Rue de la Traboule' }, 4)).toBe('Rue de la Traboule');
});

test('without a name an object goes by what it is, and at last by its number', () => {
  const attributes = [attribute('classe', 'Classe', 'Number'), attribute('alea', 'Aléa')];
  expect(nameOf(attributes, { classe: 2, alea: 'fort' }, 4)).toBe('Aléa : fort');
  expect(nameOf(attributes, { classe: 2 }, 4)).toBe('Objet n° 4');
});
