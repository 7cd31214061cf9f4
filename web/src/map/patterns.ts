// Fill patterns drawn on demand. A style names one as "motif:hachures:D55E00";
// no sprite sheet is needed, and the legend paints the very same pixels.

const KINDS = ['hachures', 'contre-hachures', 'croisillons', 'points', 'horizontales'] as const;
type Kind = (typeof KINDS)[number];

/** Device pixels along one side of the repeated square; half of it in CSS pixels. */
const SIDE = 16;
/** How many device pixels a pattern spends on one CSS pixel. */
export const PATTERN_RATIO = 2;

export interface PatternImage {
  width: number;
  height: number;
  /** RGBA, row by row, not premultiplied. */
  data: Uint8ClampedArray<ArrayBuffer>;
}

/** The pixels of a pattern name, or null when the name is not one of ours. */
export function patternImage(name: string): PatternImage | null {
  const parts = /^motif:([a-z-]+):([0-9A-Fa-f]{6})$/.exec(name);
  const kind = KINDS.find((known) => known === parts?.[1]);
  if (!parts || !kind) return null;
  const colour = Number.parseInt(parts[2] ?? '', 16);
  const data = new Uint8ClampedArray(SIDE * SIDE * 4);
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      data.set(
        [colour >> 16, (colour >> 8) & 255, colour & 255, Math.round(255 * ink(kind, x, y))],
        (y * SIDE + x) * 4,
      );
    }
  }
  return { width: SIDE, height: SIDE, data };
}

/** Coverage of one pixel, 0 to 1: soft edges, and no seam where squares meet. */
function ink(kind: Kind, x: number, y: number): number {
  switch (kind) {
    case 'hachures':
      return stroke((x + y) / Math.SQRT2, SIDE / Math.SQRT2);
    case 'contre-hachures':
      return stroke((x - y + SIDE) / Math.SQRT2, SIDE / Math.SQRT2);
    case 'croisillons':
      return Math.max(ink('hachures', x, y), ink('contre-hachures', x, y));
    case 'horizontales':
      return stroke(y, SIDE / 2);
    case 'points':
      return clamp(3 - Math.hypot(x + 0.5 - SIDE / 2, y + 0.5 - SIDE / 2));
  }
}

/** A line 2.4 device pixels wide every `period`, at distance `at` across it. */
function stroke(at: number, period: number): number {
  const offset = Math.abs(at - period * Math.round(at / period));
  return clamp(1.7 - offset);
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));
