// The pages of the stand-in, as plain as can be.
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const page = (title: string, body: string): string =>
  `<!DOCTYPE html><html lang="de"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)} - Stud.IP (stand-in)</title></head><body><h1>${escape(title)}</h1>${body}</body></html>`

const hidden = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escape(value)}">`)
    .join('')

export interface LoginForm {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  readonly failed: boolean
  readonly message: string
}

export const loginPage = ({ action, fields, failed, message }: LoginForm): string =>
  page(
    'Anmeldung',
    `
<p>${escape(message)}</p>
${failed ? '<p class="messagebox_error">Bei der Anmeldung trat ein Fehler auf!</p>' : ''}
<form method="post" action="${escape(action)}">${hidden(fields)}
<label>Nutzername <input name="loginname" autofocus></label>
<label>Passwort <input name="password" type="password"></label>
<button name="Login">Anmelden</button></form>`,
  )

export const secondFactorPage = (action: string, token: string, code: string): string =>
  page(
    'Zwei-Faktor-Authentifizierung',
    `
<form method="post" action="${escape(action)}">${hidden({ security_token: token })}
<label>Code <input name="tfa-code" autofocus></label><button name="confirm">Bestätigen</button></form>
<p>Nobody here has the device, so the stand-in tells: <code id="code">${code}</code></p>`,
  )

export const termsPage = (action: string, fields: Readonly<Record<string, string>>): string =>
  page(
    'Nutzungsbedingungen',
    `
<form method="post" action="${escape(action)}">${hidden(fields)}<button name="accept">Ich erkenne die Nutzungsbedingungen an</button></form>`,
  )

/** The links carry a query only, so they stay on the page that is being asked for. */
export const visibilityPage = (): string =>
  page('Sichtbarkeit', '<a href="?vis_state=yes">Sichtbar</a> <a href="?vis_state=no">Unsichtbar</a>')

export const plainPage = (title: string, name: string, logout: string): string =>
  page(title, `<p>Angemeldet als <b id="user">${escape(name)}</b></p>${logout}`)

export const logoutForm = (base: string, version: '6.0' | '5.4'): string =>
  version === '6.0'
    ? `<form method="post" action="${base}dispatch.php/logout"><button>Abmelden</button></form>`
    : `<a href="${base}logout.php">Abmelden</a>`

export const messagePage = (title: string, text: string): string => page(title, `<p>${escape(text)}</p>`)
