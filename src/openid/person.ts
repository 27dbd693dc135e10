// What Stud.IP knows of a user and a relying party may learn.

export interface Person {
  readonly id: string
  readonly username: string
  /** With titles (contract §7). */
  readonly fullName: string
  readonly firstName: string
  readonly lastName: string
  readonly perms: string
  readonly email: string
  readonly emailVerified: boolean
  /** BCP 47, such as de-DE; undefined where the user chose none. */
  readonly locale: string | undefined
  /** Unix seconds of the last change of the user; undefined where Stud.IP did not write it down. */
  readonly updatedAt: number | undefined
  /** Address of a picture that the user set. */
  readonly picture: string | undefined
}

/** Undefined when there is no such user. */
export type People = (userId: string) => Promise<Person | undefined>
