// A certified OpenID provider with its own test pages for logging in: everybody is a coordinator of the CJG.
// node provider.mjs <port> <file with the public key of the pages, as a JWK> <address of the pages>
import { readFileSync } from "node:fs";
import { Provider } from "oidc-provider";

const [port, key, pages] = process.argv.slice(2);
const pageClient = {
  client_id: "vangnet",
  token_endpoint_auth_method: "private_key_jwt",
  token_endpoint_auth_signing_alg: "PS256",
  jwks: { keys: [JSON.parse(readFileSync(key, "utf8"))] },
  redirect_uris: [`${pages}/inloggen/terug`],
  post_logout_redirect_uris: [`${pages}/uitgelogd`],
  grant_types: ["authorization_code"],
  response_types: ["code"],
};
const claimsOf = (sub) => ({
  sub,
  name: "Selin Yilmaz",
  preferred_username: sub,
  roles: ["cjg"],
  organisation: "cjg",
});
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [pageClient],
  pkce: { required: () => true },
  claims: { openid: ["sub"], profile: ["name", "preferred_username", "roles", "organisation"] },
  findAccount: (_context, accountId) => ({ accountId, claims: () => claimsOf(accountId) }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
