// An OpenID provider for the tests: the certified `oidc-provider`, with one client and its own
// pages for signing in. Whatever name is typed becomes the subject.
//
// node oidc_provider.mjs PORT CLIENT_ID CLIENT_SECRET REDIRECT_URI
import Provider from "oidc-provider";

const [port, clientId, clientSecret, redirectUri] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  cookies: { keys: ["only for tests"] },
  findAccount: (_context, subject) => ({
    accountId: subject,
    claims: () => ({ sub: subject }),
  }),
  // Asked for by every client: a code that somebody overheard is of no use.
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
});

provider.listen(Number(port), "127.0.0.1", () => console.log(`ready ${issuer}`));
