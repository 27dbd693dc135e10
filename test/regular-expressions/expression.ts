/** A regular expression as it stands somewhere in the project. */
export interface Expression {
  /** File and line, for people. */
  readonly where: string
  readonly source: string
  /** JavaScript's flags; for PCRE `i` or nothing. */
  readonly flags: string
}
