// Longitude and latitude to Lambert-93 (EPSG:2154), the system French plans are
// drawn in. A closed form: the projection library it replaces weighs twice as
// much as the rest of the page; the tests keep that library as their judge.

/** Metres in Lambert-93. */
export interface Lambert93 {
  x: number;
  y: number;
}

// GRS 80, and the two standard parallels of Lambert-93.
const SEMI_MAJOR = 6378137;
const ECCENTRICITY = Math.sqrt((2 - 1 / 298.257222101) / 298.257222101);
const ORIGIN = { lon: 3, lat: 46.5, x: 700000, y: 6600000 };
const PARALLELS: [number, number] = [44, 49];

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Distance from the axis on the ellipsoid, in semi-major axes. */
function parallelRadius(lat: number): number {
  return Math.cos(lat) / Math.sqrt(1 - (ECCENTRICITY * Math.sin(lat)) ** 2);
}

/** Half the conformal colatitude's tangent. */
function conformal(lat: number): number {
  const s = ECCENTRICITY * Math.sin(lat);
  return Math.tan(Math.PI / 4 - lat / 2) / ((1 - s) / (1 + s)) ** (ECCENTRICITY / 2);
}

const [first, second] = PARALLELS.map(radians) as [number, number];
const CONE =
  Math.log(parallelRadius(first) / parallelRadius(second)) / Math.log(conformal(first) / conformal(second));
const SCALE = (SEMI_MAJOR * parallelRadius(first)) / (CONE * conformal(first) ** CONE);
const ORIGIN_RADIUS = SCALE * conformal(radians(ORIGIN.lat)) ** CONE;

/** Projects degrees (RGF93, taken equal to WGS 84) to Lambert-93 metres. */
export function toLambert93(lon: number, lat: number): Lambert93 {
  const radius = SCALE * conformal(radians(lat)) ** CONE;
  const angle = CONE * radians(lon - ORIGIN.lon);
  return {
    x: ORIGIN.x + radius * Math.sin(angle),
    y: ORIGIN.y + ORIGIN_RADIUS - radius * Math.cos(angle),
  };
}

/** "842 318,4": metres with one decimal, as plans print them (no-break spaces). */
export function formatMetres(value: number): string {
  const [whole, decimal] = value.toFixed(1).split('.') as [string, string];
  return `${whole.replace(/\B(?=(\d{3})+$)/g, '\u00a0')},${decimal}`;
}

/** "842318.4 6518742.9": what another program reads when pasted. */
export function plainCoordinates({ x, y }: Lambert93): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}
