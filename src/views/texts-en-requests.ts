// English texts of the pages for those who ask for a client, and for root who answers.
import type { deRequests } from './texts-de-requests.ts'

export const enRequests: Readonly<Record<keyof typeof deRequests, string>> = {
  'requests.title': 'Ask for OAuth2 clients',
  'requests.intro':
    'Do you develop an application for Stud.IP? Ask here for its OAuth2 client. It works as soon as the administrators have approved it.',
  'requests.full_one': 'You have {{count}} open request. Before you make another it has to be decided or withdrawn.',
  'requests.full_other':
    'You have {{count}} open requests. Before you make another one of them has to be decided or withdrawn.',
  'requests.mayNot': 'With your global status in Stud.IP you cannot ask for an OAuth2 client.',
  'requests.add': 'Ask for an OAuth2 client',
  'requests.add.intro':
    'The administrators see what you write here with your name, and decide. What users see of your application is its name, its description and who develops it.',
  'requests.submit': 'Ask',
  'requests.failed': 'The request was not made yet.',
  'requests.purpose': 'What is the OAuth2 client for?',
  'requests.purpose.hint': 'For example: who uses the application, what it reads or changes in Stud.IP, where it runs.',
  'requests.askedAt': 'Asked for',
  'requests.decidedAt': 'Decided',
  'requests.reason': 'Reason',
  'requests.state.open': 'waits for approval',
  'requests.state.approved': 'approved',
  'requests.state.rejected': 'rejected',
  'requests.state.withdrawn': 'withdrawn',
  'requests.state.suspended': 'suspended',
  'requests.withdraw': 'Withdraw',
  'requests.withdraw.title': 'Withdraw "{{name}}"',
  'requests.withdraw.page': 'Withdraw an OAuth2 client',
  'requests.withdraw.confirm': 'Do you really want to withdraw "{{name}}"?',
  'requests.withdraw.undecided': 'The request will be deleted.',
  'requests.withdraw.approved':
    'The OAuth2 client is approved. It will be suspended, and nobody can use the application until the administrators approve it again.',
  'decide.title_one': '{{count}} OAuth2 client is asked for',
  'decide.title_other': '{{count}} OAuth2 clients are asked for',
  'decide.more_one': 'One more request appears once these are decided.',
  'decide.more_other': '{{count}} more requests appear once these are decided.',
  'decide.askedBy': 'Asked for by',
  'decide.refused': 'Whoever asked is locked, expired or deleted in Stud.IP: the request can only be rejected.',
  'decide.approve': 'Approve',
  'decide.approve.title': 'Approve the OAuth2 client "{{name}}"',
  'decide.reject': 'Reject',
  'decide.reject.title': 'Reject the request for "{{name}}"',
  'decide.reject.page': 'Reject a request',
  'decide.reject.confirm': 'You are about to reject "{{name}}", which {{username}} asked for.',
  'decide.reason.hint': 'The person who asked reads this reason.',
  'notice.requested':
    'You asked for the OAuth2 client. It works only after its approval, and so does its client_secret.',
  'notice.approved': 'The OAuth2 client "{{name}}" was approved.',
  'notice.rejected': 'The request for "{{name}}" was rejected.',
  'notice.withdrawn': '"{{name}}" was withdrawn.',
  'notice.decidedBefore': 'Nothing was changed: "{{name}}" was decided before, or its request was withdrawn.',
  'notice.askerRefused':
    '"{{name}}" was not approved: whoever asked is locked, expired or deleted in Stud.IP. The request stays open.',
}
