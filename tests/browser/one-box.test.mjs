// One box: an object of a layer found by its name, its sheet opened, and what an answer is worth said in words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asAgent, keep, mapIsIdle, opened } from './house.mjs';

const house = opened();

/** Types in the box and waits for the answers to exactly that. */
async function ask(page, text) {
  const asked = (url) => url.includes('/photon/api') && new URL(url).searchParams.get('q') === text;
  const answer = page.waitForResponse((response) => asked(response.url()) && response.ok());
  await page.getByRole('combobox').fill(text);
  await answer;
  await page.getByRole('option').first().waitFor();
}

test('an agent finds a town hall by its name and reads its sheet', { timeout: 240_000 }, async () => {
  const { page, misdeeds } = await asAgent(house, /agent-bron/);

  await ask(page, 'mairie de bron');
  const first = await page.getByRole('option').first().innerText();
  assert.match(first, /Mairie de Bron/);
  assert.match(first, /Équipements publics/, `the layer it is of, in: ${first}`);
  await keep(page, '6-object-proposed');
  await page.getByRole('combobox').press('ArrowDown');
  await page.getByRole('combobox').press('Enter');
  const sheet = page.locator('aside.sheet');
  await sheet.getByRole('table').waitFor();
  assert.match(await sheet.innerText(), /Mairie de Bron/);
  assert.match(await sheet.innerText(), /69029/, 'every attribute of the source');
  await mapIsIdle(page);
  const marked = await page.evaluate(() => document.querySelector('.container').map.queryRenderedFeatures({ layers: ['place-point'] }).length);
  assert.equal(marked, 1, 'the place is marked on the map');
  await keep(page, '7-object-sheet');
  // The sheet gives the focus back to the box.
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement.id), 'recherche');

  // A street without that number, and a name misspelt, are said in words.
  await ask(page, '9999 rue watteau bron');
  assert.match(await page.getByRole('option').first().innerText(), /numéro inconnu dans cette rue/);
  await ask(page, 'rue wateau bron');
  assert.match(await page.getByRole('option').first().innerText(), /réponse approchée/);

  // What another commune's works are called finds nothing of theirs.
  await ask(page, 'tramway villeurbanne');
  const offered = await page.getByRole('option').allInnerTexts();
  assert.ok(!offered.some((option) => /Tramway/.test(option) && /Chantiers/.test(option)), offered.join(' | '));
  assert.deepEqual(misdeeds, []);
});
