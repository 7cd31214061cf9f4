// The demonstration, started for a test on free ports, and a page in Debian's Chromium
// that reports everything it should not do.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const output = join(root, 'tests/output');

/** What a machine without a graphics card needs to draw WebGL. */
const FLAGS = [
  '--disable-gpu', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--no-sandbox', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** Starts `traboule demo`; its address, and how to stop it. */
async function startDemo() {
  const state = mkdtempSync(join(tmpdir(), 'traboule-demo-'));
  const free = '127.0.0.1:0';
  const args = ['demo', '--listen', free, '--admin', free, '--provider', free, '--state', state];
  const child = spawn(join(root, 'target/debug/traboule'), args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  const url = await new Promise((resolve, reject) => {
    const heard = (chunk) => {
      printed += chunk;
      const ready = /traboule is ready: (http:\/\/\S+)/.exec(printed);
      if (ready) resolve(ready[1]);
    };
    child.stdout.on('data', heard);
    child.stderr.on('data', heard);
    child.on('exit', (code) => reject(new Error(`traboule demo stopped with ${code}:\n${printed}`)));
    setTimeout(() => reject(new Error(`traboule demo is not ready after 120 s:\n${printed}`)), 120_000).unref();
  });
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.on('exit', resolve));
      rmSync(state, { recursive: true, force: true });
    },
  };
}

/** One browser for a test file. */
const openBrowser = () => chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: FLAGS });

/** The demonstration and a browser while a test file runs; both are there once its tests run. */
export function opened() {
  const house = {};
  before(async () => {
    [house.demo, house.browser] = await Promise.all([startDemo(), openBrowser()]);
  });
  after(async () => {
    await house.browser?.close();
    await house.demo?.stop();
  });
  return house;
}

/** The page of a role that has signed in and sees its map. */
export async function asAgent({ demo, browser }, role, options) {
  const agent = await openPage(browser, demo.url, options);
  await signIn(agent.page, demo.url, role);
  await mapIsIdle(agent.page);
  return agent;
}

/** A page and the list of its misdeeds: console errors, requests elsewhere, answers nobody expects. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 860 }, locale: 'fr-FR', ...options });
  const page = await context.newPage();
  const misdeeds = [];
  const origin = new URL(url).origin;
  page.on('console', (message) => message.type() === 'error' && misdeeds.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => misdeeds.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    // Signing in goes through the identity provider, as a navigation; nothing else leaves our page.
    const elsewhere = !request.url().startsWith(origin) && !/^(data|blob):/.test(request.url());
    const ours = page.url().startsWith(origin) && !request.isNavigationRequest();
    if (elsewhere && ours) misdeeds.push(`elsewhere: ${request.url()}`);
  });
  return { page, context, misdeeds };
}

/** Signs a role in through the demonstration's identity provider, and waits for the drawn map. */
export async function signIn(page, url, role) {
  await page.goto(url);
  await page.getByRole('button', { name: role }).click();
  await page.waitForURL(`${url}/`);
}

/** Waits until the map has drawn everything it asked for. */
export async function mapIsIdle(page) {
  await page.waitForFunction(() => {
    const map = document.querySelector('.container')?.map;
    return map?.loaded() && map.areTilesLoaded() && !map.isMoving();
  }, null, { timeout: 60_000 });
}

/** How many features of a layer's tiles are drawn, each counted once. */
export const drawn = (page, layer) =>
  page.evaluate((id) => {
    const map = document.querySelector('.container').map;
    const features = map.queryRenderedFeatures().filter((feature) => feature.sourceLayer === id);
    return new Set(features.map((feature) => feature.id)).size;
  }, layer);

/** Keeps a screenshot as test output. */
export async function keep(page, name) {
  mkdirSync(output, { recursive: true });
  await page.screenshot({ path: join(output, `${name}.png`) });
}
