// The name of a user as Stud.IP prints it in full (contract §7).

export interface NameParts {
  readonly titleFront: string | undefined
  readonly firstName: string | undefined
  readonly lastName: string | undefined
  readonly titleRear: string | undefined
}

/** `Prof. Dr. Ada Lovelace, MBA`; absent parts leave no blanks. */
export const fullName = ({ titleFront, firstName, lastName, titleRear }: NameParts): string => {
  const name = [titleFront, firstName, lastName]
    .map((part) => part?.trim() ?? '')
    .filter((part) => part !== '')
    .join(' ')
  return titleRear?.trim() ? `${name}, ${titleRear.trim()}` : name
}
