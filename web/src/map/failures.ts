// What did not come over the network, and asking for it again. MapLibre retries
// nothing by itself, and its reload of a whole source never finishes a tile that
// failed: the failed tiles are remembered and named one by one.
import type { Map as MapLibre, VectorTileSource } from 'maplibre-gl';

interface TileNumbers {
  z: number;
  x: number;
  y: number;
}

/** The parts of MapLibre's error event that its types leave out. */
export interface MapFailure {
  error: { message: string; name?: string; status?: number };
  sourceId?: string;
  tile?: { tileID: { canonical: TileNumbers } };
}

const tiles = new Map<string, TileNumbers[]>();
const descriptions = new Set<string>();

/** Remembers which tile, or which source's description, the failure was about. */
export function remember({ sourceId, tile }: MapFailure): void {
  if (sourceId === undefined) return;
  if (tile) tiles.set(sourceId, [...(tiles.get(sourceId) ?? []), tile.tileID.canonical]);
  else descriptions.add(sourceId);
}

/** Asks again for all that failed; what fails again is remembered again. */
export function askAgain(map: MapLibre): void {
  const [lost, undescribed] = [[...tiles], [...descriptions]];
  tiles.clear();
  descriptions.clear();
  for (const [id, numbers] of lost) if (map.getSource(id)) map.refreshTiles(id, numbers);
  for (const id of undescribed) {
    const source = map.getSource<VectorTileSource>(id);
    if (source?.url) source.setUrl(source.url);
  }
}
