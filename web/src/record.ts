// What a record sheet says about one object: its name in a list, and the
// readable form of each attribute. Text only: a value is never markup.
import { longDate } from './age';
import type { Attribute, PropertyValue } from './api/contract';
import { t } from './text';

const NAMING = /^(nom|libelong|libelle|titre|nature|essence|adresse|numero|idu)$/i;

/** Numbers that name a thing or a year are not quantities: no thousands separator. */
const IDENTIFYING = /(^|_)(id|idu|insee|code|numero|annee|year|siret)(_|$)/i;

const QUANTITY = new Intl.NumberFormat('fr-FR', { maximumFractionDigits: 6 });

/** A value as an agent reads it; null when the source has none. */
export function readable(name: string, value: PropertyValue | undefined): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'boolean') return value ? t.yes : t.no;
  if (typeof value === 'number') return IDENTIFYING.test(name) ? String(value) : QUANTITY.format(value);
  if (typeof value === 'string') return longDate(value) ?? value;
  if (Array.isArray(value)) {
    return value.map((item: PropertyValue) => readable(name, item) ?? '').join(', ') || null;
  }
  return JSON.stringify(value);
}

/** The name an object goes by: its first naming attribute, else what it is, else its number. */
export function nameOf(
  attributes: Attribute[],
  properties: Record<string, PropertyValue | undefined>,
  id: number | string,
): string {
  const naming = attributes.filter(({ name }) => NAMING.test(name));
  for (const { name } of naming) {
    const text = readable(name, properties[name]);
    if (text !== null) return text;
  }
  for (const { name, label } of attributes.filter(({ type }) => type === 'String')) {
    const text = readable(name, properties[name]);
    if (text !== null) return t.describedObject(label, text);
  }
  return t.unnamedObject(id);
}
