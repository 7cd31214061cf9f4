// The JSON the command answers with, as it travels: every type here is a promise
// made by a route of src/http, and nothing else in the page describes them.
// Boxes are [west, south, east, north] in degrees (WGS 84).
import type { Geometry } from 'geojson';

export type Bounds = [west: number, south: number, east: number, north: number];

export type GeometryKind = 'point' | 'line' | 'polygon' | 'mixed';

export interface Attribute {
  name: string;
  label: string;
  type: 'Number' | 'Boolean' | 'String';
}

/** One drawable data set, as `GET /api/catalogue` and `GET /api/layers/{id}` describe it. */
export interface Layer {
  id: string;
  title: string;
  summary: string;
  theme: string;
  access: string;
  producer: string;
  licence: string;
  frequency: string;
  /** Day the data describes, `2026-01-01`. */
  date: string | null;
  /** Instant of the last import, RFC 3339. */
  imported: string | null;
  revision: string | null;
  /** Objects inside the agent's own territory. */
  count: number;
  bounds: Bounds | null;
  zooms: [min: number, max: number];
  geometry: GeometryKind;
  attributes: Attribute[];
  /** Path of the MapLibre style that draws this layer alone. */
  style: string;
  tiles: string;
}

export interface Theme {
  id: string;
  title: string;
  layers: Layer[];
}

export interface Adhesion {
  status: 'active' | 'pending' | 'suspended' | 'ended' | 'none';
  reason: string | null;
  contact: string;
}

/** `GET /api/catalogue` */
export interface Catalogue {
  themes: Theme[];
  adhesion: Adhesion;
}

/** `GET /auth/me` */
export interface Me {
  name: string;
  organisation: { id: string; name: string; kind: 'commune' | 'metropole' };
  roles: ('agent' | 'referent' | 'admin')[];
  adhesion: Adhesion;
  commune: { code: string; name: string; bbox: Bounds } | null;
  session: { until: string; idle_until: string };
}

export type PropertyValue = string | number | boolean | null | PropertyValue[] | object;

/** `GET /api/layers/{id}/features/{fid}`: one object with every attribute of the source. */
export interface FeatureRecord {
  layer: string;
  id: number | string;
  bbox: Bounds;
  geometry: Geometry;
  communes: { code: string; name: string }[];
  properties: { name: string; label: string; value: PropertyValue }[];
}

/** One suggestion of `GET /photon/api`; `extent` is [west, north, east, south]. */
export interface PhotonFeature {
  type: 'Feature';
  geometry: { type: 'Point'; coordinates: [lon: number, lat: number] };
  properties: {
    type?: string;
    osm_key?: string;
    osm_value?: string;
    name?: string;
    housenumber?: string;
    street?: string;
    locality?: string;
    district?: string;
    city?: string;
    postcode?: string;
    extent?: [west: number, north: number, east: number, south: number];
    extra?: {
      match_type?: 'exact' | 'corrected' | 'interpolated' | 'street' | 'commune';
      /** Between 0 and 1: how sure the answer is. */
      score?: number;
      /** The object it is, of a layer that is searched by name. */
      layer?: string;
      feature?: number;
    };
  };
}

export interface PhotonAnswer {
  type: 'FeatureCollection';
  features: PhotonFeature[];
}

/** An `application/problem+json` body: what the server says when it refuses. */
export interface Problem {
  title?: string;
  detail?: string;
  reason?: string;
  contact?: string;
}
