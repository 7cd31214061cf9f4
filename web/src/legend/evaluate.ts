// The part of MapLibre's expression language our styles use, evaluated for a
// sample object so that the legend shows what the map draws. MapLibre keeps its
// own evaluator to itself; the tests hold this one against it, on every style.

export interface Sample {
  properties: Record<string, unknown>;
  geometry: 'Point' | 'LineString' | 'Polygon';
  zoom: number;
}

type Operator = (args: unknown[], sample: Sample) => unknown;

/** Evaluates a style value; @throws Error on an operator no style of ours may use. */
export function evaluate(expression: unknown, sample: Sample): unknown {
  if (!Array.isArray(expression)) return expression;
  const [name, ...args] = expression as [unknown, ...unknown[]];
  // A plain list, such as a dash array or a list of fonts.
  if (typeof name !== 'string') return expression;
  const operator = OPERATORS[name];
  if (!operator) throw new Error(`expression: operator ${JSON.stringify(name)} is not supported`);
  return operator(args, sample);
}

const OPERATORS: Record<string, Operator> = {
  literal: ([value]) => value,
  zoom: (_, sample) => sample.zoom,
  'geometry-type': (_, sample) => sample.geometry,
  get: ([key], sample) => sample.properties[String(key)] ?? null,
  has: ([key], sample) => String(key) in sample.properties,
  '!': ([value], sample) => !evaluate(value, sample),
  '==': ([a, b], sample) => evaluate(a, sample) === evaluate(b, sample),
  '!=': ([a, b], sample) => evaluate(a, sample) !== evaluate(b, sample),
  '>=': (args, sample) => compare(args, sample, (a, b) => a >= b),
  '<=': (args, sample) => compare(args, sample, (a, b) => a <= b),
  '>': (args, sample) => compare(args, sample, (a, b) => a > b),
  '<': (args, sample) => compare(args, sample, (a, b) => a < b),
  '*': (args, sample) => args.reduce<number>((n, x) => n * Number(evaluate(x, sample)), 1),
  all: (args, sample) => args.every((arg) => evaluate(arg, sample)),
  any: (args, sample) => args.some((arg) => evaluate(arg, sample)),
  coalesce: (args, sample) => first(args, sample),
  'to-string': ([value], sample) => String(evaluate(value, sample) ?? ''),
  'to-number': ([value], sample) => Number(evaluate(value, sample) ?? 0),
  concat: (args, sample) => args.map((arg) => String(evaluate(arg, sample) ?? '')).join(''),
  in: ([needle, list], sample) => includes(evaluate(list, sample), evaluate(needle, sample)),
  case: chooseCase,
  match: chooseMatch,
  step: chooseStep,
  interpolate,
};

function compare(args: unknown[], sample: Sample, holds: (a: number, b: number) => boolean): boolean {
  const [a, b] = args.map((arg) => evaluate(arg, sample));
  return typeof a === 'number' && typeof b === 'number' && holds(a, b);
}

function first(args: unknown[], sample: Sample): unknown {
  for (const arg of args) {
    const value = evaluate(arg, sample);
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

function includes(list: unknown, needle: unknown): boolean {
  if (typeof list === 'string') return list.includes(String(needle));
  return Array.isArray(list) && list.includes(needle);
}

function chooseCase(args: unknown[], sample: Sample): unknown {
  for (let i = 0; i + 1 < args.length; i += 2) {
    if (evaluate(args[i], sample)) return evaluate(args[i + 1], sample);
  }
  return evaluate(args.at(-1), sample);
}

function chooseMatch([input, ...rest]: unknown[], sample: Sample): unknown {
  const value = evaluate(input, sample);
  for (let i = 0; i + 1 < rest.length; i += 2) {
    const label = rest[i];
    if (Array.isArray(label) ? label.includes(value) : label === value) return evaluate(rest[i + 1], sample);
  }
  return evaluate(rest.at(-1), sample);
}

function chooseStep([input, base, ...stops]: unknown[], sample: Sample): unknown {
  const at = Number(evaluate(input, sample));
  let chosen = base;
  for (let i = 0; i + 1 < stops.length; i += 2) if (at >= Number(stops[i])) chosen = stops[i + 1];
  return evaluate(chosen, sample);
}

/** Numbers only: our styles do not blend colours. */
function interpolate([curve, input, ...stops]: unknown[], sample: Sample): unknown {
  const [kind, power] = curve as [string, number?];
  const base = kind === 'exponential' ? (power ?? 1) : 1;
  const at = Number(evaluate(input, sample));
  const value = (i: number): number => Number(evaluate(stops[i + 1], sample));
  if (at <= Number(stops[0])) return value(0);
  for (let i = 0; i + 3 < stops.length; i += 2) {
    const [low, high] = [Number(stops[i]), Number(stops[i + 2])];
    if (at > high) continue;
    const part =
      base === 1 ? (at - low) / (high - low) : (base ** (at - low) - 1) / (base ** (high - low) - 1);
    return value(i) + part * (value(i + 2) - value(i));
  }
  return value(stops.length - 2);
}
