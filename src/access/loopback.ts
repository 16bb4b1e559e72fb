/** Whether an address or host name stays on this machine. */

/** True for `localhost`, 127.0.0.0/8 and ::1, also in the forms that a socket (`::ffff:127.0.0.1`) or a URL (`[::1]`) gives. */
export function isLoopback(host: string): boolean {
  return /^(localhost|(::ffff:)?127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host)
}
