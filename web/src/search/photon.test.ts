import { expect, test } from 'vitest';
import type { PhotonFeature } from '../api/contract';
import { photonUrl, placeOf } from './photon';

const feature = (properties: PhotonFeature['properties']): PhotonFeature => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [4.91, 45.73] },
  properties,
});

test('a house is its number and street, then its town', () => {
  const place = placeOf(
    feature({
      type: 'house',
      osm_value: 'house',
      housenumber: '12 bis',
      street: 'Rue des Canuts',
      postcode: '69500',
      city: 'Bron',
    }),
  );
  expect(place).toMatchObject({ label: '12 bis Rue des Canuts', context: '69500 Bron', kind: 'Adresse' });
});

test('a street shows its box, whichever way round it is written', () => {
  const place = placeOf(
    feature({
      type: 'street',
      osm_value: 'street',
      name: 'Rue des Canuts',
      city: 'Bron',
      extent: [4.9, 45.74, 4.92, 45.72],
    }),
  );
  expect(place.bounds).toEqual([4.9, 45.72, 4.92, 45.74]);
  expect(place.kind).toBe('Voie');
});

test('a commune is not said twice', () => {
  const place = placeOf(
    feature({ type: 'city', osm_value: 'city', name: 'Bron', city: 'Bron', postcode: '69500' }),
  );
  expect(place).toMatchObject({ label: 'Bron', context: '69500 Bron', kind: 'Commune' });
});

test('the district of a merged commune is named, an arrondissement is not repeated', () => {
  expect(
    placeOf(feature({ name: 'Rue A', city: 'Oullins-Pierre-Bénite', district: 'Pierre-Bénite' })).context,
  ).toBe('Oullins-Pierre-Bénite, Pierre-Bénite');
  expect(placeOf(feature({ name: 'Rue A', city: 'Lyon', district: 'Lyon 3e Arrondissement' })).context).toBe(
    'Lyon',
  );
});

test('an answer that is not what was typed says why, in words', () => {
  const doubt = (match_type: 'exact' | 'corrected' | 'interpolated' | 'street' | 'commune') =>
    placeOf(feature({ name: 'Rue A', city: 'Bron', extra: { match_type } })).doubt;
  expect(doubt('exact')).toBeNull();
  expect(doubt('street')).toBe('numéro inconnu dans cette rue');
  expect(doubt('interpolated')).toContain('position estimée');
  expect(doubt('corrected')).toBe('réponse approchée');
  const town = (score: number) =>
    placeOf(feature({ type: 'city', name: 'Bron', extra: { match_type: 'commune', score } })).doubt;
  expect(town(0.99)).toBeNull();
  expect(town(0.01)).toBe('seule la commune a été trouvée');
  const place = feature({ type: 'locality', name: 'Le Fort', extra: { match_type: 'commune', score: 0.7 } });
  expect(placeOf(place).doubt).toContain('au milieu de sa commune');
});

test('an object of a layer has a sheet, an address has none', () => {
  const park = placeOf(
    feature({
      type: 'other',
      osm_key: 'leisure',
      osm_value: 'park',
      name: 'Parc Blandan',
      city: 'Lyon',
      extra: { layer: 'espaces-verts', feature: 12 },
    }),
  );
  expect(park).toMatchObject({
    label: 'Parc Blandan',
    kind: 'Parc',
    object: { layer: 'espaces-verts', feature: 12 },
  });
  expect(placeOf(feature({ name: 'Rue A', city: 'Bron' })).object).toBeNull();
});

test('what is typed travels encoded, with a coarse centre', () => {
  const url = photonUrl('12 rue de l’Été & C°', { lon: 4.912345, lat: 45.7, zoom: 13.6 });
  const query = new URL(url, 'http://x').searchParams;
  expect(query.get('q')).toBe('12 rue de l’Été & C°');
  expect(query.get('lon')).toBe('4.9123');
  expect(query.get('zoom')).toBe('14');
});
