// The scale of the screen as a ratio, the way a paper plan states it.
const EARTH_CIRCUMFERENCE = 40075016.686;
const TILE_PIXELS = 512;
/** A CSS pixel is 1/96 inch by definition. */
const PIXEL_METRES = 0.0254 / 96;

/** Denominator N of the scale 1:N at this latitude (degrees) and MapLibre zoom. */
export function scaleDenominator(lat: number, zoom: number): number {
  const metresPerPixel = (EARTH_CIRCUMFERENCE * Math.cos((lat * Math.PI) / 180)) / (TILE_PIXELS * 2 ** zoom);
  return metresPerPixel / PIXEL_METRES;
}

/** "1:8 500": two significant figures, which is all a screen can promise. */
export function formatScale(denominator: number): string {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(denominator)) - 1);
  const rounded = Math.round(denominator / step) * step;
  return `1:${String(rounded).replace(/\B(?=(\d{3})+$)/g, '\u00a0')}`;
}
