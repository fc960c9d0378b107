/** The page itself holds no script: the content security policy allows none in line. */
export const idePage = (): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Crucible GraphQL</title>
    <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M2 3h12l-2 10H4z' fill='%23c2571a'/%3E%3C/svg%3E" />
    <link rel="stylesheet" href="/graphql/ide/graphiql.css" />
    <link rel="stylesheet" href="/graphql/ide/page.css" />
  </head>
  <body>
    <noscript>The GraphQL IDE needs JavaScript. The API answers POST requests at this address without it.</noscript>
    <div id="root"></div>
    <script src="/graphql/ide/graphiql.js"></script>
    <script src="/graphql/ide/boot.js"></script>
  </body>
</html>
`;

/** GraphiQL lays editor, answer and documentation side by side; on a telephone they stand one above the other, or one at a time. */
export const pageStyle = `html, body, #root { height: 100%; margin: 0; }
body { overflow: hidden; }
/* GraphiQL animates its tabs into place, and a slow machine then moves one away between press and release: the click is lost. */
.graphiql-container .graphiql-tab { transform: none !important; }
@media (max-width: 700px) {
  .graphiql-container .graphiql-logo, .graphiql-container .graphiql-horizontal-drag-bar { display: none; }
  .graphiql-container #graphiql-session { flex-direction: column; padding: 0; gap: 8px; }
  .graphiql-container .graphiql-sessions { margin: 0; border-radius: 0; min-width: 0; }
  .graphiql-container .graphiql-tabs { overflow-x: auto; }
  .graphiql-container .graphiql-editors { min-height: 40%; }
  .graphiql-container .graphiql-response { min-height: 30%; padding-top: 0; }
  .graphiql-container .graphiql-plugin:not([style*="-1000px"]) { flex: 1 !important; }
  .graphiql-container .graphiql-plugin:not([style*="-1000px"]) ~ * { display: none; }
}
`;
