const json = 'application/json; charset=utf-8';
const graphqlJson = 'application/graphql-response+json; charset=utf-8';

/**
 * The content type of an answer for the `Accept` headers that clients send; undefined for any other, which Apollo
 * negotiates. Equal to Apollo's choice, which a test holds.
 */
export function knownContentType(accept: string | undefined): string | undefined {
  if (accept === undefined) return json;
  return byAccept.get(accept);
}

const byAccept: ReadonlyMap<string, string> = new Map([
  ['', json],
  ['*/*', json],
  ['application/json', json],
  ['application/json; charset=utf-8', json],
  ['application/json, text/plain, */*', json],
  ['application/graphql-response+json', graphqlJson],
  ['application/graphql-response+json; charset=utf-8', graphqlJson],
  ['application/graphql-response+json, application/json', graphqlJson],
  ['application/graphql-response+json, application/json, multipart/mixed', graphqlJson],
  ['application/graphql-response+json; charset=utf-8, application/json; charset=utf-8', graphqlJson],
  ['application/json, multipart/mixed', json],
  ['application/json, application/graphql-response+json', json],
]);
