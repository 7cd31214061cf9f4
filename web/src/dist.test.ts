// What the committed build promises to those who load it: its weight, and a page
// that a strict content security policy lets through.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const DIST = new URL('../dist/', import.meta.url);
const assets = readdirSync(new URL('assets/', DIST));
const page = readFileSync(new URL('index.html', DIST), 'utf8');

const compressed = (name: string): number =>
  gzipSync(readFileSync(new URL(`assets/${name}`, DIST)), { level: 9 }).length;
const scripts = assets.filter((name) => name.endsWith('.js'));

test('all scripts together weigh at most 480 kB compressed, our own at most 50', () => {
  expect(scripts).toContain('app.js');
  expect(scripts.reduce((sum, name) => sum + compressed(name), 0)).toBeLessThanOrEqual(480_000);
  expect(compressed('app.js')).toBeLessThanOrEqual(50_000);
});

test('the page holds no inline script or style, and names nothing outside /assets/', () => {
  expect(page).not.toMatch(/\sstyle=|<style|\son[a-z]+=/);
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)/);
  for (const [, url] of page.matchAll(/(?:src|href)="([^"]*)"/g)) {
    expect(url).toMatch(/^\/assets\//);
    expect(assets).toContain(url?.replace('/assets/', ''));
  }
});

test('file names carry no hash, so that a rebuild changes only what changed', () => {
  expect(assets.sort()).toEqual([
    'app.js',
    'icon.svg',
    'index.css',
    'maplibre-worker.js',
    'maplibre.css',
    'maplibre.js',
    'noto-sans-latin-400-italic.woff2',
    'noto-sans-latin-400-normal.woff2',
    'noto-sans-latin-600-normal.woff2',
  ]);
});
