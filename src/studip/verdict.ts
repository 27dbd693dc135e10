// Who is this request, and may they: the closed set of answers that the gate gives (D6, contract §2.4).

/** Levels of Stud.IP, lowest first (contract §3). */
export const levels = ['user', 'autor', 'tutor', 'dozent', 'admin', 'root'] as const
export type Perms = (typeof levels)[number]

/** True for this level and those above it. */
export const hasLevel = (perms: Perms, least: Perms): boolean => levels.indexOf(perms) >= levels.indexOf(least)

/** The logged-in user, read afresh from auth_user_md5 and user_info. */
export interface StudipUser {
  readonly id: string
  readonly username: string
  /** Full name with titles (contract §7). */
  readonly fullName: string
  readonly perms: Perms
}

export type Language = 'de' | 'en'

/** `fresh-login`: 6.x has not shown this login a page yet, so its work after a login is still to be done (D20). */
export type BounceReason = 'second-factor' | 'terms' | 'visibility' | 'stale' | 'fresh-login'

/** What somebody lacks who is not admitted. */
export type Lack = 'anonymous' | BounceReason

/** Undefined when nothing is missing that Stud.IP's own pages could give. */
export const lackOf = (verdict: Verdict): Lack | undefined =>
  verdict.kind === 'bounce' ? verdict.reason : verdict.kind === 'anonymous' ? 'anonymous' : undefined

/** How somebody wants to read our pages. */
interface Reading {
  readonly language: Language
  readonly languageTag: string
  /** As the session or, else, the person's configuration says (contract §1.5); undefined leaves it to the installation's default. */
  readonly highContrast: boolean | undefined
}

export type Verdict =
  | (Reading & {
      readonly kind: 'logged-in'
      readonly user: StudipUser
      readonly sessionId: string
      /** Unix seconds of the login (contract §18.3), else of the session's last change; undefined where neither is known. */
      readonly loginAt: number | undefined
    })
  /** `staleReturn`: the anonymous 6.x session holds another return address, so its cookie must go before the bounce (§4.3 step 4). */
  /** `maintenance`: Stud.IP would answer a login with its maintenance page, so the bounce leads nowhere. */
  | (Reading & {
      readonly kind: 'anonymous'
      readonly staleReturn: boolean
      readonly maintenance: boolean
    })
  | (Reading & { readonly kind: 'bounce'; readonly reason: BounceReason })
  | (Reading & { readonly kind: 'maintenance' })

/** What the gate needs of a request: its headers, nothing else. */
export interface GateRequest {
  readonly cookie: string | undefined
  readonly acceptLanguage: string | undefined
}

export interface Gate {
  /** Decides afresh at every call. Rejects only when the database or the session store is away. */
  identify(request: GateRequest): Promise<Verdict>
}
