// The catalogue, which of its layers are shown, and their styles. The map and
// the panel both read from here; neither tells the other anything.
import type { StyleSpecification } from 'maplibre-gl';
import { getJson } from '../api/http';
import type { Adhesion, Bounds, Catalogue, Layer, Theme } from '../api/contract';
import { reportError } from './notices.svelte';

class CatalogueState {
  status = $state<'loading' | 'ready' | 'failed'>('loading');
  themes = $state.raw<Theme[]>([]);
  adhesion = $state.raw<Adhesion | null>(null);
  /** Ids of the layers shown, from bottom to top. */
  shown = $state.raw<readonly string[]>([]);
  /** Styles fetched so far; `null` marks one that could not be. */
  styles = $state.raw<Readonly<Record<string, StyleSpecification | null>>>({});
}

export const catalogue = new CatalogueState();

export async function loadCatalogue(): Promise<void> {
  // A second load keeps what is on screen until its answer is there.
  if (catalogue.themes.length === 0) catalogue.status = 'loading';
  try {
    const answer = await getJson<Catalogue>('/api/catalogue');
    catalogue.themes = answer.themes;
    catalogue.adhesion = answer.adhesion;
    const open = new Set(allLayers().map(({ id }) => id));
    catalogue.shown = catalogue.shown.filter((id) => open.has(id));
    catalogue.status = 'ready';
  } catch (error) {
    reportError(error);
    if (catalogue.themes.length === 0) catalogue.status = 'failed';
  }
}

export function allLayers(): Layer[] {
  return catalogue.themes.flatMap((theme) => theme.layers);
}

export function layerById(id: string): Layer | undefined {
  return allLayers().find((layer) => layer.id === id);
}

/** The box around everything this agent may see; null when there is nothing. */
export function wholeBounds(): Bounds | null {
  const boxes = allLayers().flatMap(({ bounds }) => (bounds ? [bounds] : []));
  if (boxes.length === 0) return null;
  return [
    Math.min(...boxes.map((box) => box[0])),
    Math.min(...boxes.map((box) => box[1])),
    Math.max(...boxes.map((box) => box[2])),
    Math.max(...boxes.map((box) => box[3])),
  ];
}

export function showLayer(layer: Layer, show: boolean): void {
  const others = catalogue.shown.filter((id) => id !== layer.id);
  catalogue.shown = show ? [...others, layer.id] : others;
  if (show) void loadStyle(layer);
}

export function hideAll(): void {
  catalogue.shown = [];
}

/** Fetches a layer's style once; a failed one is asked for again the next time. */
export async function loadStyle(layer: Layer): Promise<void> {
  if (catalogue.styles[layer.id]) return;
  try {
    const style = await getJson<StyleSpecification>(layer.style);
    catalogue.styles = { ...catalogue.styles, [layer.id]: style };
  } catch (error) {
    reportError(error);
    catalogue.styles = { ...catalogue.styles, [layer.id]: null };
  }
}
