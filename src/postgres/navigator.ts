// Node 20 has no `navigator`, so pg asks a `Response` whether it runs at Cloudflare, for which Node reads all of its HTTP
// client: a fifth of what loading pg takes. Newer Nodes have this very object.
if (!('navigator' in globalThis)) {
  const [major = ''] = process.versions.node.split('.');
  Object.defineProperty(globalThis, 'navigator', {
    value: { userAgent: `Node.js/${major}` },
    configurable: true,
    enumerable: false,
    writable: true,
  });
}
