export interface LoginPageOptions {
  /** Without users there are tokens only. */
  readonly hasUsers: boolean;
  readonly problem?: string;
  readonly name?: string;
}

/** The log-in as a page of its own: it works without a script. */
export function loginPage({ hasUsers, problem, name = '' }: LoginPageOptions): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
    <meta name="color-scheme" content="light dark" />
    <meta name="theme-color" content="#f4f5f7" media="(prefers-color-scheme: light)" />
    <meta name="theme-color" content="#101216" media="(prefers-color-scheme: dark)" />
    <title>Log in – Picam</title>
    <link rel="icon" href="icon.svg" type="image/svg+xml" />
    <link rel="apple-touch-icon" href="icon-apple-180.png" />
    <link rel="manifest" href="picam.webmanifest" />
    <link rel="stylesheet" href="style.css" />
    <script src="login.js" type="module"></script>
  </head>
  <body class="login">
    <main>
      <h1><img src="icon.svg" alt="" width="32" height="32" /> Picam</h1>
      <form method="post" action="login">
        ${problem === undefined ? '' : `<p class="problem" role="alert">${escaped(problem)}</p>`}
        ${hasUsers ? nameField(name) : ''}
        ${hasUsers ? secretField('Password', 'current-password') : secretField('Access token', 'off')}
        <button class="primary" type="submit">Log in</button>
      </form>
    </main>
  </body>
</html>
`;
}

function nameField(name: string): string {
  return `<label>Name <input name="name" required maxlength="64" autocomplete="username" autocapitalize="none" spellcheck="false" value="${escaped(name)}" /></label>`;
}

function secretField(label: string, autocomplete: string): string {
  return `<label>${label} <input name="password" type="password" required maxlength="256" autocomplete="${autocomplete}" /></label>`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
