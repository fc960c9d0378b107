/** What a browser sees where the server was started without a build of the console. */
export const notBuiltPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Crucible: the console was not built</title>
    <style>
      body { font-family: system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem; line-height: 1.5 }
    </style>
  </head>
  <body>
    <h1>The console was not built</h1>
    <p>The API is running, at <a href="/graphql">/graphql</a>; the pages of the console are missing.</p>
    <p>Build them with <code>npm run build:console</code> and load this page again, or start everything with <code>npm start</code>, which builds them by itself.</p>
  </body>
</html>
`;
