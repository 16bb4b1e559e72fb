/** Which network addresses an outgoing request must never reach unless the operator allowed the destination by name. */
import { BlockList, isIP } from 'node:net'

/**
 * IPv4 ranges that lead inside: this host, private and carrier networks, link-local (cloud metadata), documentation,
 * benchmarking, multicast, reserved. https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const INSIDE_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/**
 * IPv6: everything outside 2000::/3 (so loopback, IPv4 in all its embeddings, NAT64, unique local, link-local,
 * multicast), then what inside it tunnels to IPv4 or is not global.
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const INSIDE_IPV6: readonly (readonly [string, number])[] = [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

// One list per family: a BlockList compares IPv4 with IPv6 rules as ::ffff:a.b.c.d, and ::/3 would then refuse all of IPv4.
const insideIpv4 = blockListOf(INSIDE_IPV4, 'ipv4')
const insideIpv6 = blockListOf(INSIDE_IPV6, 'ipv6')

/** True unless `address` is an IP address of the public internet. Anything that is not an IP address counts as inside. */
export function isInsideAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return insideIpv4.check(address, 'ipv4')
    case 6:
      return insideIpv6.check(withoutZone(address), 'ipv6')
    default:
      return true
  }
}

/** A resolver may answer `fe80::1%eth0`; the zone is no part of the address. */
function withoutZone(address: string): string {
  return address.split('%', 1)[0] ?? address
}

function blockListOf(ranges: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family)
  return list
}
