// The key stays in this tab's session storage: it goes to /graphql in a header and nowhere else.
const storage = window.sessionStorage;
const input = document.getElementById('key');
const state = document.getElementById('key-state');
input.value = storage.getItem('thau-key') ?? '';

function headers() {
  const key = storage.getItem('thau-key');
  return key ? { authorization: `Bearer ${key}` } : {};
}

async function fetcher(request, options) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json',
      'content-type': 'application/json',
      ...headers(),
      ...options?.headers,
    },
    body: JSON.stringify(request),
  });
  if (response.status === 401) {
    state.textContent = 'The API needs a key: the first start printed one, `thau key create` makes another.';
    input.focus();
  } else state.textContent = '';
  return response.json();
}

const root = window.ReactDOM.createRoot(document.getElementById('graphiql'));
let mounted = 0;

async function mount() {
  mounted += 1;
  const examples = await fetch('/assets/examples.json').then((response) => response.json());
  root.render(
    window.React.createElement(window.GraphiQL, {
      key: mounted, // another key may see another schema
      fetcher,
      defaultEditorToolsVisibility: true,
      defaultTabs: examples.map(({ query, variables }) => ({
        query,
        variables: variables ? JSON.stringify(variables, null, 2) : undefined,
      })),
    }),
  );
}

document.getElementById('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  storage.setItem('thau-key', input.value.trim());
  void mount();
});
void mount();
