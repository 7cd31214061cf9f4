// Where the map is, as the status bar and the title say it. Written by map.ts
// alone.

export interface Point {
  lon: number;
  lat: number;
}

class View {
  centre = $state.raw<Point | null>(null);
  /** Where the mouse is, while it is over the map. */
  pointer = $state.raw<Point | null>(null);
  zoom = $state(0);
  /** Name of the commune under the centre, when the base map knows it. */
  commune = $state<string | null>(null);
  /** Tiles are on their way. */
  busy = $state(true);
  /** What keeps the map from being drawn at all. */
  failure = $state<'webgl' | 'style' | null>(null);
}

export const view = new View();
