// English texts of the pages for devices.
import type { deDevice } from './texts-de-device.ts'

export const enDevice: Readonly<Record<keyof typeof deDevice, string>> = {
  'device.title': 'Connect a device',
  'device.unknown':
    'No device waits with this code. Compare it with the device, or start again there: a code works for ten minutes, and once.',
  'device.code': 'Code that the device shows',
  'device.hint': 'Small letters, blanks and dashes make no difference.',
  'device.continue': 'Continue',
  'device.warning':
    'Go on only if you started this yourself, and the device in front of you shows the same code. Nobody from Stud.IP will ever send you a code or ask you to enter one.',
  'device.compare': 'Does the device show this code?',
  'device.qr': 'Would you rather answer on your phone? Show this page as a QR code',
  'device.from': 'Asked for by the device at',
  'device.allowed': 'The application "{{client}}" may access your account now. You can go back to the device.',
  'device.denied': 'The application "{{client}}" was denied access. You can close this page.',
}
