import proj4 from 'proj4';
import { expect, test } from 'vitest';
import { formatMetres, plainCoordinates, toLambert93 } from './lambert93';

const ORACLE =
  '+proj=lcc +lat_1=49 +lat_2=44 +lat_0=46.5 +lon_0=3 +x_0=700000 +y_0=6600000 +ellps=GRS80 +units=m +no_defs';

test('the closed form agrees with proj4 within a micrometre over the whole country', () => {
  for (let lon = -5; lon <= 9.5; lon += 0.37) {
    for (let lat = 41; lat <= 51.5; lat += 0.29) {
      const [x, y] = proj4(ORACLE, [lon, lat]) as [number, number];
      const here = toLambert93(lon, lat);
      expect(Math.hypot(here.x - x, here.y - y)).toBeLessThan(1e-6);
    }
  }
});

test('coordinates read as on a French plan and paste as plain numbers', () => {
  expect(formatMetres(6518742.87)).toBe('6\u00a0518\u00a0742,9');
  expect(plainCoordinates({ x: 842318.44, y: 6518742.87 })).toBe('842318.4 6518742.9');
});
