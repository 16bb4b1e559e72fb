/** ALERTMANAGER_URLS: what may be written, what is refused, and that no password is ever shown. */
import { describe, expect, it } from 'vitest'
import { parseClusters, passwordsOf } from '../../src/source/clusters.ts'

const plain = (name: string, url = `http://${name}`) => ({ name, url, credentials: null })

describe('parseClusters', () => {
  it.each([
    ['nothing', '', []],
    ['nothing but white space', ' \n', []],
    ['one URL', 'http://am:9093', [{ source: 'default', replicas: [plain('am:9093')] }]],
    [
      'a list',
      'http://am-1:9093,http://am-2:9093/',
      [{ source: 'default', replicas: [plain('am-1:9093'), plain('am-2:9093')] }],
    ],
    [
      'spaces around commas',
      'eu=http://am-1:9093 , http://am-2:9093',
      [{ source: 'eu', replicas: [plain('am-1:9093'), plain('am-2:9093')] }],
    ],
    [
      'several sources',
      'default=http://am-1:9093; eu=https://am.eu/prefix/',
      [
        { source: 'default', replicas: [plain('am-1:9093')] },
        { source: 'eu', replicas: [plain('am.eu/prefix', 'https://am.eu/prefix')] },
      ],
    ],
    [
      'lines',
      'http://am-1:9093\nhttp://am-2:9093\neu=http://am-3:9093\n',
      [
        { source: 'default', replicas: [plain('am-1:9093'), plain('am-2:9093')] },
        { source: 'eu', replicas: [plain('am-3:9093')] },
      ],
    ],
    [
      'addresses inside',
      'http://127.0.0.1:9093,http://[::1]:9093',
      [{ source: 'default', replicas: [plain('127.0.0.1:9093'), plain('[::1]:9093')] }],
    ],
    [
      'one Alertmanager of two sources',
      'a=http://am:9093 b=http://am:9093',
      [
        { source: 'a', replicas: [plain('am:9093')] },
        { source: 'b', replicas: [plain('am:9093')] },
      ],
    ],
    ['names of JavaScript', '__proto__=http://am:9093', [{ source: '__proto__', replicas: [plain('am:9093')] }]],
  ])('%s', (_, text, clusters) => {
    expect(parseClusters(text)).toEqual(clusters)
  })

  it('takes credentials out of the URL, decoded', () => {
    const clusters = parseClusters('https://ops:p%40ss%3Dw%2Crd%20ü@am:9093,http://only-user@other')
    expect(clusters[0]?.replicas).toEqual([
      { name: 'am:9093', url: 'https://am:9093', credentials: { user: 'ops', password: 'p@ss=w,rd ü' } },
      { name: 'other', url: 'http://other', credentials: { user: 'only-user', password: '' } },
    ])
    expect(passwordsOf(clusters)).toEqual(['p@ss=w,rd ü'])
  })

  it('takes a password with an equals sign for no source', () => {
    expect(parseClusters('http://ops:a=b@am')[0]).toMatchObject({
      source: 'default',
      replicas: [{ credentials: { password: 'a=b' } }],
    })
  })

  it.each([
    ['am:9093', /URL 1 of source default is no http or https URL; write http:/],
    ['http://ok,ftp://am', /URL 2 of source default is no http or https URL/],
    ['eu=', /source eu has no URL/],
    ['=http://am', /what stands before a = names no source/],
    ['a b=http://am', /URL 1 of source default is no/],
    ['alert-router=http://am', /alert-router is the router itself/],
    ['http://am?x=1', /has a query or a fragment/],
    ['http://am#x', /has a query or a fragment/],
    ['http://am:9093/api/v2', /leads into the API/],
    ['http://am/alertmanager/api/v2/alerts/', /leads into the API/],
    ['http://am:9093,http://am:9093/', /source default names am:9093 twice/],
    ['http://am,https://u:p@am', /source default names am twice/],
    ['http://u:%zz@am', /credentials that cannot be read; write %25/],
  ])('refuses %s', (text, message) => {
    expect(() => parseClusters(text)).toThrow(message)
    expect(() => parseClusters(text)).toThrow(/^ALERTMANAGER_URLS: .+; /)
  })

  it.each([
    'http://ops:hunter2@',
    'http://ops:hunter2@am?x',
    'ftp://ops:hunter2@am',
    'http://ops:hunter2%@am',
    'http://ops:hunter2@am/api/v2',
    'http://ops:x;hunter2=y@am',
    'http://ops:hunter2@am,http://ops:hunter2@am',
    'http://ops:hunter2 with space@am',
  ])('shows no password of %s', (text) => {
    expect(() => parseClusters(text)).toThrow(Error)
    expect(() => parseClusters(text)).not.toThrow(/hunter2/)
  })
})
