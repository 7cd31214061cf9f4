// The same page without a mouse, on a narrow screen, and before the automatic checks of accessibility.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { asAgent, drawn, keep, mapIsIdle, opened } from './house.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const house = opened();

/** Violations that axe finds, one line each. */
async function violations(page) {
  await page.evaluate(axe); // injected as a value: the page's own policy forbids foreign scripts
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice', 'RGAAv4'] }));
  return found.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target).join(' ')}`);
}

test('everything of the morning works with the keyboard alone', { timeout: 240_000 }, async () => {
  const { page, misdeeds } = await asAgent(house, /agent-bron/);
  assert.deepEqual(await violations(page), []);

  // The first Tab gives a way straight to the map.
  await page.keyboard.press('Tab');
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Aller à la recherche/);

  // A layer with the space bar.
  const theme = page.getByRole('button', { name: /Voirie et travaux/ });
  await theme.focus();
  await page.keyboard.press('Enter');
  const layer = page.getByRole('checkbox').first();
  await layer.focus();
  await page.keyboard.press('Space');
  assert.ok(await layer.isChecked());
  await mapIsIdle(page);

  // The map: plus zooms, Enter lists what is under the cross, Escape gives the focus back.
  const canvas = page.locator('canvas.maplibregl-canvas');
  await canvas.focus();
  const zoom = () => page.evaluate(() => document.querySelector('.container').map.getZoom());
  const zoomed = await zoom();
  await page.keyboard.press('+');
  await page.waitForFunction((before) => document.querySelector('.container').map.getZoom() > before + 0.5, zoomed);
  await mapIsIdle(page);
  await page.evaluate(() => {
    const map = document.querySelector('.container').map;
    const street = map.queryRenderedFeatures().find((feature) => feature.source === 'rues');
    const line = street.geometry.type === 'LineString' ? street.geometry.coordinates : street.geometry.coordinates[0];
    map.jumpTo({ center: line[Math.floor(line.length / 2)] });
  });
  await mapIsIdle(page);
  await canvas.focus();
  await page.keyboard.press('Enter');
  const sheet = page.locator('aside.sheet');
  await sheet.waitFor();
  await keep(page, '6-keyboard');
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'CANVAS');
  assert.ok((await drawn(page, 'rues')) > 0);
  assert.deepEqual(misdeeds, []);
});

test('a narrow screen scrolls in one direction only', { timeout: 120_000 }, async () => {
  const { page } = await asAgent(house, /agent-bron/, { viewport: { width: 320, height: 640 } });
  await keep(page, '7-narrow');
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 320, `the page is ${width} px wide`);
  assert.deepEqual(await violations(page), []);
});
