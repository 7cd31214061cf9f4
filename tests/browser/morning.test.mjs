// An agent's morning, from the login to the record sheet and out again.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { asAgent, drawn, keep, mapIsIdle, openPage, opened, root, signIn } from './house.mjs';

const house = opened();

test('an agent of Bron signs in, sees, finds, reads and signs out', { timeout: 240_000 }, async () => {
  const { page, misdeeds } = await asAgent(house, /agent-bron/);

  // The map is on Bron, and really drawn.
  const me = await page.evaluate(() => fetch('/auth/me').then((answer) => answer.json()));
  const centre = await page.evaluate(() => document.querySelector('.container').map.getCenter().toArray());
  const [west, south, east, north] = me.commune.bbox;
  assert.equal(me.commune.name, 'Bron');
  assert.ok(west < centre[0] && centre[0] < east && south < centre[1] && centre[1] < north, `centre ${centre}`);
  assert.ok((await drawn(page, 'rues')) > 50, 'streets of the base map are drawn');
  await keep(page, '1-bron');

  // A theme opens, a layer comes on.
  await page.getByRole('button', { name: /Urbanisme et cadastre/ }).click();
  await page.getByRole('checkbox', { name: /Parcelles/ }).check();
  await page.waitForFunction(() => document.querySelector('.container').map.getSource('parcelles'));
  await mapIsIdle(page);

  // An address is typed and found, the map moves.
  const answer = page.waitForResponse((response) => response.url().includes('/photon/api') && response.ok());
  const address = await anAddressOfBron(page);
  await page.getByRole('combobox').fill(address.typed);
  await answer;
  await page.getByRole('option').first().waitFor();
  await page.getByRole('combobox').press('ArrowDown');
  await page.getByRole('combobox').press('Enter');
  await page.waitForFunction(([lon, lat]) => {
    const centre = document.querySelector('.container').map.getCenter();
    return Math.abs(centre.lng - lon) < 0.002 && Math.abs(centre.lat - lat) < 0.002;
  }, address.position);
  await mapIsIdle(page);
  assert.ok(!page.url().includes('?') && !decodeURIComponent(page.url()).includes(address.typed), `what is typed stays out of ${page.url()}`);
  assert.ok((await drawn(page, 'parcelles')) > 3, 'parcels are drawn around the address');
  await keep(page, '2-address');

  // A feature is clicked and its sheet shows the values of the source.
  const parcel = await page.evaluate(() => {
    const element = document.querySelector('.container');
    const { width, height } = element.getBoundingClientRect();
    const near = [[width / 2 - 120, height / 2 - 120], [width / 2 + 120, height / 2 + 120]];
    const found = element.map.queryRenderedFeatures(near).filter((feature) => feature.sourceLayer === 'parcelles' && feature.geometry.type === 'Polygon');
    const ring = found[0].geometry.coordinates[0];
    const middle = ring.slice(0, -1).reduce(([x, y], [lon, lat], _, all) => [x + lon / all.length, y + lat / all.length], [0, 0]);
    const at = element.map.project(middle);
    const box = element.getBoundingClientRect();
    return { x: box.x + at.x, y: box.y + at.y };
  });
  await page.mouse.click(parcel.x, parcel.y);
  const sheet = page.locator('aside.sheet');
  await sheet.waitFor();
  const several = sheet.getByRole('button', { name: /Parcelle/ });
  if (await several.count()) await several.first().click();
  await sheet.getByRole('table').waitFor();
  const shown = await sheet.getByRole('table').innerText();
  const idu = /69029[0-9A-Z]{9}/.exec(shown)?.[0];
  assert.ok(idu, `a parcel's identifier in: ${shown}`);
  const compact = (text) => text.replace(/\s/g, '');
  const source = inTheSource(idu);
  assert.ok(source.length >= 4, `GDAL reads the parcel: ${source}`);
  for (const [name, value] of source) {
    assert.ok(compact(shown).includes(compact(value)), `${name} = ${value} of the source in: ${shown}`);
  }
  for (const { label } of (await theParcel(page, idu)).properties) assert.ok(shown.includes(label), `${label} in: ${shown}`);
  await keep(page, '3-record');
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });

  // Signing out closes the tiles.
  assert.equal(await statusOf(page, '/tiles/rues/14/8415/5845'), 200);
  await page.getByRole('button', { name: /déconnecter/ }).click();
  await page.getByText(/Vous êtes déconnecté/).waitFor();
  await keep(page, '4-signed-out');
  assert.deepEqual(misdeeds, []); // before the refusal below, which the console tells too
  assert.equal(await statusOf(page, '/tiles/rues/14/8415/5845'), 401);
});

test('an agent of a suspended commune reads why, and sees no map data', { timeout: 120_000 }, async () => {
  const { page, misdeeds } = await openPage(house.browser, house.demo.url);
  await signIn(page, house.demo.url, /agent-venissieux/);
  await page.getByText(/suspendue/).first().waitFor();
  await keep(page, '5-suspended');
  assert.deepEqual(misdeeds, []);
  assert.equal(await statusOf(page, '/tiles/rues/14/8415/5845'), 403);
});

/** What the source file says of a parcel, read by GDAL: names and values. */
function inTheSource(idu) {
  const file = join(root, 'data-samples/layers/parcelles.fgb');
  const told = execFileSync('ogrinfo', ['-ro', '-al', '-geom=NO', '-where', `idu = '${idu}'`, file], { encoding: 'utf8' });
  return [...told.matchAll(/^  (\w+) \(\w+\) = (.*)$/gm)].map(([, name, value]) => [name, value]);
}

/** The first parcel with this identifier among those drawn, as the service tells it. */
const theParcel = (page, idu) =>
  page.evaluate(async (idu) => {
    const map = document.querySelector('.container').map;
    const feature = map.queryRenderedFeatures().find((feature) => feature.source === 'parcelles' && feature.properties.idu === idu);
    const answer = await fetch(`/api/layers/parcelles/features/${feature.id}`);
    const record = await answer.json();
    if (!answer.ok) throw new Error(`${feature.id}: ${answer.status} ${JSON.stringify(record)}`);
    if (record.properties.find((property) => property.name === 'idu').value !== idu) throw new Error('another parcel');
    return record;
  }, idu);

/** An address near the middle of the map, as the service itself places it. */
const anAddressOfBron = (page) =>
  page.evaluate(async () => {
    const { lng, lat } = document.querySelector('.container').map.getCenter();
    const found = await fetch(`/photon/reverse?lon=${lng}&lat=${lat}&radius=3`).then((answer) => answer.json());
    const { properties, geometry } = found.features[0];
    return { typed: `${properties.housenumber} ${properties.street} Bron`, position: geometry.coordinates };
  });

const statusOf = (page, path) => page.evaluate((path) => fetch(path).then((answer) => answer.status), path);
