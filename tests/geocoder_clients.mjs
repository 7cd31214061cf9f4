// Two clients of the geocoder that people have in their pages, as npm publishes them, against a running service.
// Usage: node geocoder_clients.mjs CLIENT BASE_URL TEXT LON LAT [TOKEN]; prints one JSON line.
import { createRequire } from 'node:module';

const [client, base, text, lon, lat, token] = process.argv.slice(2);

/** The service may ask for a token, which neither client knows of: a page behind a proxy adds it this way. */
function addToken() {
  const plain = globalThis.fetch;
  globalThis.fetch = (url, options = {}) =>
    plain(url, { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } });
}

/** leaflet-control-geocoder's Photon geocoder, found and reversed. Leaflet looks at a page when it is loaded. */
async function leaflet() {
  const element = () => ({ style: {}, setAttribute() {}, appendChild() {}, getContext: () => null });
  globalThis.window ??= globalThis;
  globalThis.document ??= { documentElement: element(), createElement: element, createElementNS: element, addEventListener() {} };
  globalThis.screen ??= {};
  globalThis.navigator ??= { userAgent: 'node', platform: '' };
  const { geocoders } = await import('leaflet-control-geocoder');
  const photon = geocoders.photon({ serviceUrl: `${base}/photon/api/`, reverseUrl: `${base}/photon/reverse/` });
  const map = { getCenter: () => ({ lat: +lat, lng: +lon }), getZoom: () => 14 };
  const show = (found) => ({ name: found.name, lon: found.center.lng, lat: found.center.lat, box: found.bbox.toBBoxString(), type: found.properties.type });
  const found = await photon.geocode(text, { map });
  const back = await photon.reverse({ lat: +lat, lng: +lon }, 14);
  return { found: found.map(show), back: back.map(show) };
}

/** @p-j/geocodejson-ban with every parameter it sends, its answer parsed into GeocodeJSON. */
async function geocodejson() {
  const require = createRequire(import.meta.url);
  const ban = require('@p-j/geocodejson-ban/dist/geocodejson-ban.js');
  ban.BANBaseUrl = `${base}/ban/search`;
  const parameters = { limit: 3, autocomplete: 0, type: 'housenumber', lon: +lon, lat: +lat, citycode: '69029', postcode: '69500' };
  return ban.parse(await ban.geocode({ address: text, ...parameters }));
}

if (token) addToken();
console.log(JSON.stringify(await { leaflet, geocodejson }[client]()));
