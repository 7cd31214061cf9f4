// What was clicked: the objects found there, and the record of one of them.
// Objects found in tiles are only named; the record is always asked of the
// server, because a tile holds a part of an object and a part of its attributes.
import { getJson, type Trouble } from '../api/http';
import type { FeatureRecord, Layer } from '../api/contract';
import { reportError } from './notices.svelte';
import type { Point } from './view.svelte';

export interface Hit {
  layer: Layer;
  id: number | string;
  name: string;
}

class Selection {
  status = $state<'closed' | 'list' | 'loading' | 'record' | 'failed'>('closed');
  hits = $state.raw<Hit[]>([]);
  current = $state.raw<Hit | null>(null);
  record = $state.raw<FeatureRecord | null>(null);
  point = $state.raw<Point | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  /** Says aloud that nothing was found; changes even when the words do not. */
  message = $state.raw<{ text: string } | null>(null);
}

export const selection = new Selection();

let opener: HTMLElement | null = null;
let pending: AbortController | null = null;

/** Opens the sheet on what lies at a point; one object opens directly. */
export function select(hits: Hit[], point: Point, from: HTMLElement): void {
  opener = from;
  selection.hits = hits;
  selection.point = point;
  const [only] = hits;
  if (hits.length === 1 && only) {
    void openRecord(only);
    return;
  }
  forget();
  selection.status = 'list';
}

/** Fetches and shows one object; an answer that comes after another choice is dropped. */
export async function openRecord(hit: Hit): Promise<void> {
  forget();
  selection.current = hit;
  selection.status = 'loading';
  const request = new AbortController();
  pending = request;
  try {
    const path = `/api/layers/${encodeURIComponent(hit.layer.id)}/features/${encodeURIComponent(hit.id)}`;
    const record = await getJson<FeatureRecord>(path, request.signal);
    if (request.signal.aborted) return;
    selection.record = record;
    selection.status = 'record';
  } catch (error) {
    if (request.signal.aborted) return;
    selection.trouble = reportError(error);
    selection.status = 'failed';
  }
}

export function backToList(): void {
  forget();
  selection.status = 'list';
}

/** Closes the sheet; `returnFocus` is false when the agent has already moved on. */
export function closeSelection(returnFocus = true): void {
  if (selection.status === 'closed') return;
  forget();
  selection.hits = [];
  selection.point = null;
  selection.status = 'closed';
  if (returnFocus) opener?.focus({ preventScroll: true });
  opener = null;
}

function forget(): void {
  pending?.abort();
  pending = null;
  selection.current = null;
  selection.record = null;
  selection.trouble = null;
}
