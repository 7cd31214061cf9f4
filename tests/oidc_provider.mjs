// An OpenID Connect provider for the login tests: npm oidc-provider, set up as ProConnect is
// (ES256, signed userinfo, PKCE, codes of 30 s, `iss` in the answer).
//
//   SERVICE=http://127.0.0.1:8080 node tests/oidc_provider.mjs
//
// Prints one line of JSON once it listens: {"issuer", "client_id", "client_secret"}.
// Stops when its standard input closes, so that no test leaves it behind.
// A browser at /interaction/ID signs in with ?account=NAME, one of ACCOUNTS.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

const ACCOUNTS = {
  'agent-bron': { given_name: 'Camille', usual_name: 'Durand', siret: '21690029000013' },
  'agent-villeurbanne': { given_name: 'Dominique', usual_name: 'Petit', siret: '21690266800013' },
  'agent-venissieux': { given_name: 'Claude', usual_name: 'Moreau', siret: '21690259300013' },
  'sans-commune': { given_name: 'Sacha', usual_name: 'Nulle-Part', siret: '99999999999999' },
};
const SCOPES = ['given_name', 'usual_name', 'siret'];

const service = process.env.SERVICE;
if (!service) {
  console.error('oidc_provider.mjs: set SERVICE to the origin of the service under test');
  process.exit(2);
}

const secret = randomBytes(24).toString('base64url');
const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });

const configuration = {
  clients: [{
    client_id: 'traboule',
    client_secret: secret,
    redirect_uris: [`${service}/auth/callback`],
    post_logout_redirect_uris: [`${service}/auth/logout`],
    token_endpoint_auth_method: 'client_secret_post',
    id_token_signed_response_alg: 'ES256',
    userinfo_signed_response_alg: 'ES256',
    grant_types: ['authorization_code'],
    response_types: ['code'],
  }],
  jwks: { keys: [{ ...jwk, use: 'sig', alg: 'ES256', kid: 'test' }] },
  scopes: ['openid', ...SCOPES],
  claims: { openid: ['sub'], ...Object.fromEntries(SCOPES.map((scope) => [scope, [scope]])) },
  features: {
    devInteractions: { enabled: false },
    jwtUserinfo: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  pkce: { required: () => true, methods: ['S256'] },
  ttl: { AuthorizationCode: 30, AccessToken: 60, IdToken: 60, Interaction: 600, Session: 43200, Grant: 43200 },
  cookies: { keys: [randomBytes(24).toString('hex')] },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => ACCOUNTS[id] && { accountId: id, claims: () => ({ sub: id, ...ACCOUNTS[id] }) },
};

async function interact(provider, request, response, url) {
  const account = url.searchParams.get('account');
  if (!ACCOUNTS[account]) {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('Ajoutez ?account=NOM à cette adresse.\n');
    return;
  }
  await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: account, clientId: 'traboule' });
  grant.addOIDCScope(['openid', ...SCOPES].join(' '));
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { login: { accountId: account }, consent: { grantId } });
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration);
  const answer = provider.callback();
  server.on('request', (request, response) => {
    const url = new URL(request.url, issuer);
    if (!url.pathname.startsWith('/interaction/')) {
      answer(request, response);
      return;
    }
    interact(provider, request, response, url).catch((error) => {
      response.writeHead(400, { 'content-type': 'text/plain' });
      response.end(String(error.message));
    });
  });
  console.log(JSON.stringify({ issuer, client_id: 'traboule', client_secret: secret }));
});

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
