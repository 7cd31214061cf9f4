// The title of the browser tab follows the view: layers, place, product.
import { t } from './text';

/** "Chantiers, Arbres – Bron – traboule"; long lists are cut with their count. */
export function pageTitle(layers: string[], commune: string | null): string {
  const named = layers.length > 3 ? [...layers.slice(0, 2), `+ ${layers.length - 2}`] : layers;
  return [named.join(', '), commune, t.product].filter(Boolean).join(' – ');
}
