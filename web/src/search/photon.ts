// From what is typed to a Photon request, and from Photon's suggestions to the
// two lines shown for each and the place the map goes to.
import type { Bounds, PhotonFeature } from '../api/contract';
import { t } from '../text';

export interface Place {
  /** First line, the thing itself: "12 bis Rue des Canuts". */
  label: string;
  /** Second line, where it is: "69500 Bron". */
  context: string;
  kind: string;
  lon: number;
  lat: number;
  /** The box to show when the place is larger than a point. */
  bounds: Bounds | null;
  /** What to know before trusting it, in a few words: "numéro inconnu dans cette rue". */
  doubt: string | null;
  /** The object of a layer it is, when it is one: it has a sheet. */
  object: { layer: string; feature: number } | null;
}

/** The longest text the server accepts, in characters. */
export const LONGEST_QUERY = 200;

/** The request for what is typed, preferring what is near the centre of the map. */
export function photonUrl(text: string, centre: { lon: number; lat: number; zoom: number } | null): string {
  const query = new URLSearchParams({ q: text, limit: '8', lang: 'fr' });
  if (centre) {
    query.set('lat', centre.lat.toFixed(4));
    query.set('lon', centre.lon.toFixed(4));
    query.set('zoom', String(Math.round(centre.zoom)));
  }
  return `/photon/api?${query}`;
}

/** One suggestion in French words. */
export function placeOf(feature: PhotonFeature): Place {
  const p = feature.properties;
  const [lon, lat] = feature.geometry.coordinates;
  const street = p.street ?? p.locality ?? '';
  const label = p.name ?? [p.housenumber, street].filter(Boolean).join(' ');
  const town = [p.postcode, p.city].filter(Boolean).join(' ');
  const parts = [p.name && p.street ? [p.housenumber, p.street].filter(Boolean).join(' ') : '', town];
  // "Lyon, Lyon 3e Arrondissement" says the same thing twice; the district alone is enough.
  const district = p.district && !p.district.startsWith(p.city ?? '\0') ? p.district : '';
  return {
    label: label || town,
    context: [...parts, district].filter((part) => part && part !== label).join(', '),
    kind: kindOf(p),
    lon,
    lat,
    bounds: p.extent ? boundsOf(p.extent) : null,
    doubt: doubtOf(p),
    object: objectOf(p.extra),
  };
}

/**
 * A commune found as it was typed is sure; one found in place of an address is not, nor is the point of a place that
 * lies somewhere in it.
 */
function doubtOf({ type, extra }: PhotonFeature['properties']): Place['doubt'] {
  const { match_type = 'exact', score = 1 } = extra ?? {};
  if (match_type !== 'commune') return t.doubts[match_type];
  if (type !== 'city' && type !== 'district') return t.doubts.somewhere;
  return score >= 0.5 ? null : t.doubts.commune;
}

function objectOf(extra: PhotonFeature['properties']['extra']): Place['object'] {
  const { layer, feature } = extra ?? {};
  return layer !== undefined && feature !== undefined ? { layer, feature } : null;
}

function kindOf(p: PhotonFeature['properties']): string {
  const kinds: Record<string, string> = t.placeKinds;
  return kinds[p.osm_value ?? ''] ?? kinds[p.type ?? ''] ?? t.placeKinds.other;
}

/** Photon writes west, north, east, south. */
function boundsOf([west, north, east, south]: [number, number, number, number]): Bounds {
  return [Math.min(west, east), Math.min(north, south), Math.max(west, east), Math.max(north, south)];
}
