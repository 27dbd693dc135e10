// What the checks of pages in a browser share.

export const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']

const alike =
  /^(?:error (?!login-loop|login-needed|unknown-client)|admin after (?!created|suspended)|applications after (?!revokedAll)|requests(?: after (?!requested)|, |$)|request client$|withdraw request)/

/** Pages of one template that differ in a sentence only are looked at once. */
export const isAlike = (title: string): boolean => alike.test(title)
