import { request as httpRequest } from 'node:http';
import { ServiceSigner } from '@app/access';
import { OPEN_PATHS, type ServiceDoor } from '@app/service';
import { TestIssuer } from '@app/testing';
import { Vault } from '@app/vault';
import { getDemoUser } from '@app/access';
import { CertificateService } from '../../apps/registration/src/certificate/certificate.service';
import { FeedService } from '../../apps/registration/src/feed/feed.service';
import { NewbornClaimService } from '../../apps/registration/src/newborn-matter/newborn-claim.service';
import { EndedCertificatesClient } from '../../apps/subsidy/src/fact/ended-certificates.client';
import { NewbornClaimsClient } from '../../apps/subsidy/src/intake/newborn-claims.client';
import { CoordinationOpeningService } from '../../apps/migrant/src/coordination/coordination-opening.service';
import {
  type CoordinationAsked,
  RegistrationFeedClient,
  RegistryQuestionsClient,
  type RegistryQuestionAsked,
} from '@app/contracts';
import { RegistryEventService } from '../../apps/exchange/src/registry-event/registry-event.service';
import { RegistryEventFeedClient } from '../../apps/registration/src/registry-feed/registry-event-feed.client';
import { numberOf } from '../support/exchange-world';
import { assure } from '../support/assurance';
import { type FederatedWorld, makeKeys, openFederatedWorld, type ServiceName } from '../support/federated-world';
import { addMove } from '../support/moves';
import { addOverpayments } from '../support/overpayments';
import { addNewborns } from '../support/newborns';
import { openTwoCounties, type TwoCounties } from '../support/two-counties';

type App = 'registration' | 'subsidy' | 'migrant' | 'fees' | 'exchange';

/** What each process shows to the others, and to whom. A path that is not listed here fails as unclassified. */
const ROUTES: Readonly<Record<App, Readonly<Record<string, readonly ServiceName[]>>>> = {
  registration: {
    'POST /graphql': ['gateway'],
    'POST /family': ['gateway'],
    'POST /feed': ['subsidy', 'migrant'],
    'POST /newborn-claim': ['subsidy'],
    'POST /certificate-ended': ['subsidy'],
    'POST /identities': ['migrant', 'exchange'],
    'POST /find-person': ['migrant', 'exchange'],
    'POST /coordination-matter': ['migrant'],
    'POST /coordination-reply': ['migrant'],
    'POST /successions': ['migrant'],
  },
  subsidy: {
    'POST /graphql': ['gateway'],
    'POST /enrolments': ['exchange'],
    'POST /overpayment': ['fees'],
    'POST /coordination-matter': ['migrant'],
    'POST /coordination-reply': ['migrant'],
  },
  migrant: {
    'POST /graphql': ['gateway'],
    'POST /newcomers': ['subsidy'],
    'POST /coordination-answers': ['registration', 'subsidy'],
    'POST /peer-messages': ['exchange'],
  },
  fees: { 'POST /graphql': ['gateway'] },
  exchange: {
    'POST /graphql': ['gateway'],
    'POST /questions': ['registration', 'subsidy'],
    'POST /answers': ['registration', 'subsidy'],
    'POST /registry-events': ['registration'],
    'POST /peer-inbox': ['migrant'],
    'POST /peer-of': ['migrant'],
    'POST /enrolment-questions': ['subsidy'],
    'POST /enrolment-answers': ['subsidy'],
    'POST /enrolment-peers': ['subsidy'],
  },
};

const question: RegistryQuestionAsked = {
  asker: 'registration',
  reference: 'door-1',
  kind: 'verify',
  person: { idNumber: numberOf('1985-05-05', 1), name: '某' },
  purpose: 'register-keeping',
  legalBasis: '政务数据共享条例第二十二条',
  divisionCode: '340202000000',
  officer: null,
};

const asked: CoordinationAsked = {
  request: '0199f2d0-0000-7000-8000-000000000001',
  kind: 'confirm-registration',
  purpose: '办理生育登记',
  legalBasis: '人口与计划生育法第十四条',
  fromDivision: '430202000000',
  toDivision: '340202000000',
  personId: null,
  fields: ['is_registered'],
  offered: { month: '2026-01', name: '某', id_number: numberOf('1985-05-05', 1) },
};

let world: TwoCounties;
let house: FederatedWorld;
let token: string;
let personId: string;
let claimId: string;
let subCaseId: string;
let certificateId: string;
let questionId: string;
let peerMessageId: string;
let placeMatterId: string;
let overpaymentId: string;
let citizenNumber: string;
let matterId: string;
let messageId: string;
let citizenName: string;
const bugs: unknown[] = [];
const figures = { routes: 0, calls: 0, 'let in': 0, 'rows read': 0 };

beforeAll(async () => {
  world = await openTwoCounties();
  await addNewborns(world);
  house = await openFederatedWorld(world, (_id, error) => bugs.push(error));
  token = await (await TestIssuer.open(world.clock)).token(getDemoUser('demo-auditor'));
  [personId] = await ids('registration.person');
  [claimId] = await ids('subsidy.claim');
  [subCaseId] = await ids(`registration.newborn_sub_case where item = 'childcare-subsidy'`);
  [certificateId] = await ids(`registration.certificate where state = 'cancelled'`);
  await addMove(world.database, claimId);
  [placeMatterId] = await ids('subsidy.place_matter');
  const [paid] = await ids(`subsidy.claim where state = 'paid'`);
  ({ takenUpId: overpaymentId } = await addOverpayments(world.database, paid));
  [matterId] = await ids(
    `registration.elsewhere_question q where not exists (select from registration.elsewhere_answer a where a.question_id = q.id)`,
  );
  await world.get(CoordinationOpeningService).want([{ app: 'registration', matter: matterId }]);
  messageId = await plantMessage();
  [questionId] = await ids(`exchange.question where division_code like '340202%'`);
  [peerMessageId] = await ids('exchange.peer_outgoing');
  citizenNumber = world.ours.claims[0]!.applicant_id_number!;
  const [citizen] = await world.database.admin<{ name: string }>(
    `select p.name from registration.person p join subsidy.claim c on c.applicant_key = p.id_number_key where c.claim_no = $1`,
    [world.ours.claims[0]!.claim_no!],
  );
  citizenName = citizen!.name;
}, 120_000);
afterAll(async () => {
  await house?.close();
  await world?.close();
  expect(bugs).toEqual([]);
  expect(figures['let in'] + figures['rows read']).toBe(0);
  assure('T34b', 'The doors between the processes let in nobody but who signs the very call and may make it', figures);
});
const ids = async (table: string): Promise<[string]> =>
  (await world.database.admin<{ id: string }>(`select id from ${table} order by id limit 1`)).map(({ id }) => id) as [
    string,
  ];

const readRows = async (): Promise<number> => {
  const [row] = await world.database.admin<{ n: number }>(
    `select (select count(*) from registration.audit_entry)::int + (select count(*) from subsidy.audit_entry)::int
          + (select count(*) from migrant.audit_entry)::int + (select count(*) from fees.audit_entry)::int + (select count(*) from exchange.audit_entry)::int as n`,
  );
  return row!.n;
};

/** By Node's own client, which sends whatever it is given. */
function send(door: ServiceDoor, method: string, path: string, headers: Record<string, string>, body: string) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const length = method === 'GET' || method === 'HEAD' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    httpRequest(`${door.url}${path}`, { method, headers: { ...length, ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode!, text }));
    })
      .once('error', reject)
      .end(method === 'GET' || method === 'HEAD' ? undefined : body);
  });
}

/** A message to another installation, as a request to one would have left it. */
async function plantMessage(): Promise<string> {
  const [request] = await world.database.admin<{ id: string }>('select id from migrant.coordination_request limit 1');
  const id = '0199f2d0-0000-7000-8000-0000000000aa';
  const place = { table: 'migrant.coordination_message', column: 'body_sealed', row: id };
  await world.database.admin(
    'insert into migrant.coordination_message (id, request_id, seq, body_sealed, made_at) values ($1, $2, 1, $3, now())',
    [id, request!.id, new Vault(Buffer.alloc(32, 1)).seal('{"act":"ask"}', place)],
  );
  return id;
}

/** Good bodies for each path: nothing but the missing name can be the obstacle. */
const bodiesOf = (app: App, path: string): readonly string[] => {
  if (path === '/family') return [JSON.stringify({ idNumber: citizenNumber })];
  if (path === '/newborn-claim') return [JSON.stringify({ subCase: subCaseId })];
  if (path === '/certificate-ended') return [JSON.stringify({ certificate: certificateId })];
  if (path === '/identities') return [JSON.stringify({ personIds: [personId], caseRef: 'door' })];
  if (path === '/find-person')
    return [JSON.stringify({ name: citizenName, idNumber: citizenNumber, birthCertificateNo: null, caseRef: 'door' })];
  if (path === '/feed') return [JSON.stringify({ after: '', limit: 10 })];
  if (path === '/successions') return [JSON.stringify({})];
  if (path === '/newcomers') return [JSON.stringify({ personIds: [personId], on: '2026-01-01' })];
  if (path === '/enrolments') return [JSON.stringify({ personId })];
  if (path === '/overpayment') return [JSON.stringify({ id: overpaymentId })];
  if (app === 'subsidy' && path === '/coordination-matter') return [JSON.stringify({ matter: placeMatterId })];
  if (app === 'subsidy' && path === '/coordination-reply')
    return [
      JSON.stringify({
        request: 'door-1',
        kind: 'settle-payment',
        purpose: '结算',
        legalBasis: '人口与计划生育法第十四条',
        fromDivision: '340207000000',
        toDivision: '340202000000',
        personId,
        fields: ['acknowledged'],
        offered: {},
      }),
    ];
  if (path === '/questions') return [JSON.stringify(question)];
  if (path === '/coordination-matter') return [JSON.stringify({ matter: matterId })];
  if (path === '/coordination-reply') return [JSON.stringify(asked)];
  if (path === '/coordination-answers') return [JSON.stringify({ app: 'registration', matters: [matterId] })];
  if (path === '/peer-messages') return [JSON.stringify({ message: messageId })];
  if (path === '/answers') return [JSON.stringify({ asker: 'registration', question: questionId })];
  if (path === '/peer-inbox') return [JSON.stringify({ message: peerMessageId })];
  if (path === '/peer-of') return [JSON.stringify({ divisionCode: '610102000000' })];
  if (path === '/enrolment-questions')
    return [
      JSON.stringify({
        questions: [
          {
            reference: 'door-1',
            personId,
            programme: 'childcare',
            from: '2026-01-01',
            until: '2027-01-01',
            divisionCode: '340202000000',
            legalBasis: '育儿补贴制度实施方案',
          },
        ],
      }),
    ];
  if (path === '/enrolments') return [JSON.stringify({ personId })];
  if (path === '/enrolment-answers') return [JSON.stringify({ references: ['340202000000'] })];
  if (path === '/enrolment-peers') return [JSON.stringify({})];
  if (path === '/registry-events') return [JSON.stringify({ after: '', limit: 10 })];
  const [type, id, fields] = {
    registration: ['Person', personId, 'name'],
    subsidy: ['Claim', claimId, 'claimNo'],
    migrant: null,
    fees: null,
    exchange: ['RegistryQuestion', questionId, 'legalBasis'],
  }[app] ?? [null, null, null];
  // Nothing of this app's is told of by key yet.
  if (type === null)
    return [JSON.stringify({ query: `{ ${app === 'fees' ? 'fee' : app}Parameters(division: "34") { name } }` })];
  const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${fields} } } }`;
  return [
    JSON.stringify({ query, variables: { of: [{ __typename: type, id }] } }),
    JSON.stringify({
      query: app === 'registration' ? '{ persons(first: 1) { nodes { name } } }' : '{ programmes { code } }',
    }),
    JSON.stringify({ query: '{ _service { sdl } }' }),
    JSON.stringify({ query: '{ __schema { types { name } } }' }),
  ];
};

/** What somebody on the inner network may send along who has none of the keys. */
function forged(app: App, path: string, body: string): Readonly<Record<string, Record<string, string>>> {
  const strangers = makeKeys();
  const sign = (
    keys: FederatedWorld['keys'],
    from: ServiceName,
    changed: { audience?: string; path?: string; body?: string } = {},
  ) => {
    const signer = new ServiceSigner(keys[from], world.clock);
    const caller = { ...getDemoUser('demo-auditor') };
    return { authorization: `Service ${signer.sign({ audience: app, path, body, caller, ...changed })}` };
  };
  const allowed = ROUTES[app][`POST ${path}`] ?? ['gateway'];
  const own = allowed[0]!;
  const others = (['gateway', 'registration', 'subsidy', 'migrant', 'fees', 'exchange'] as const).filter(
    (name) => !allowed.includes(name),
  );
  const good = sign(house.keys, own).authorization;
  return {
    nothing: {},
    'an empty header': { authorization: '' },
    'a word': { authorization: 'Service' },
    'a good sign-in token': { authorization: `Bearer ${token}` },
    'a good sign-in token as an assertion': { authorization: `Service ${token}` },
    'the headers of a gateway': {
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-user': 'demo-auditor',
      'x-user-id': 'demo-auditor',
      'yangyu-caller': 'demo-auditor',
      'apollo-federation-include-trace': 'ftv1',
      'apollo-require-preflight': '1',
      via: '1.1 gateway',
      forwarded: 'for=127.0.0.1;by=gateway',
    },
    'an assertion of a stranger': sign(strangers, own),
    'an assertion for the other process': sign(house.keys, own, {
      audience: app === 'subsidy' ? 'registration' : 'subsidy',
    }),
    'an assertion for another path': sign(house.keys, own, { path: '/other' }),
    'an assertion for another body': sign(house.keys, own, { body: `${body} ` }),
    'an assertion with another scheme': { authorization: good.replace('Service', 'Bearer') },
    'an assertion cut short': { authorization: good.slice(0, -10) },
    ...Object.fromEntries(others.map((name) => [`an assertion of ${name}, which may not`, sign(house.keys, name)])),
  };
}

const APPS: readonly App[] = ['registration', 'subsidy', 'migrant', 'fees', 'exchange'];
const CASES = APPS.flatMap((app) => Object.keys(ROUTES[app]).map((route) => [app, route.slice(5)] as const));

describe('the doors between the processes', () => {
  it.each(APPS)('of %s have no path that is not classified here', (app) => {
    const known = [...Object.keys(ROUTES[app]), ...OPEN_PATHS];
    expect([...house[app].paths].sort()).toEqual(known.sort());
    figures.routes += known.length;
  });

  it.each(CASES)('of %s let nobody in at %s without a name of ours on the call', async (app, path) => {
    const before = await readRows();
    const open: string[] = [];
    for (const body of bodiesOf(app, path)) {
      for (const [what, headers] of Object.entries(forged(app, path, body))) {
        for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', undefined]) {
          const answer = await send(
            house[app],
            'POST',
            path,
            { ...headers, ...(type && { 'content-type': type }) },
            body,
          );
          figures.calls++;
          if (
            answer.status === 401 &&
            answer.text.includes('"SERVICE_NOT_AUTHENTICATED"') &&
            !answer.text.includes('"data"')
          )
            continue;
          figures['let in']++;
          open.push(`${what}, ${type}: ${answer.status} ${answer.text.slice(0, 200)}`);
        }
      }
    }
    expect(open).toEqual([]);
    figures['rows read'] += (await readRows()) - before;
    expect(figures['rows read']).toBe(0);
  });

  it.each(CASES)('of %s hear a good call to %s once', async (app, path) => {
    const own = ROUTES[app][`POST ${path}`]![0]!;
    const [body] = bodiesOf(app, path);
    const signer = new ServiceSigner(house.keys[own], world.clock);
    const authorization = `Service ${signer.sign({ audience: app, path, body: body!, caller: getDemoUser('demo-auditor') })}`;
    const first = await send(house[app], 'POST', path, { authorization, 'content-type': 'application/json' }, body!);
    expect([first.status, first.text]).toEqual([
      200,
      expect.stringMatching(
        /name|claimNo|persons|personId|matter|topic|outcome|question|legalBasis|events|caseNo|holderKeys|reference|successions|^(null|false|\[\]|\{\})$/,
      ),
    ]);
    const again = await send(house[app], 'POST', path, { authorization, 'content-type': 'application/json' }, body!);
    figures.calls++;
    expect(again.status).toBe(401);
  });

  it.each(APPS)('of %s answer no other method and no other path', async (app) => {
    const paths = [
      ...CASES.filter(([of]) => of === app).map(([, path]) => path),
      '/',
      '/admin',
      '/metrics',
      '/graphql/',
      '//graphql',
      '/GRAPHQL',
      '/.env',
      '/healthz/..',
    ];
    for (const path of paths) {
      for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const { status, text } = await send(house[app], method, path, { 'x-http-method-override': 'POST' }, '{}');
        figures.calls++;
        if (![400, 401, 404].includes(status) || text.includes('"data"')) figures['let in']++;
        expect([path, method, status < 500 && status >= 400]).toEqual([path, method, true]);
      }
    }
  });

  it.each(APPS)('of %s show the machinery to nobody, not even to the gateway', async (app) => {
    const client = house.client('gateway', app);
    for (const query of [
      '{ _service { sdl } }',
      '{ __schema { types { name } } }',
      '{ __type(name: "Person") { name } }',
    ]) {
      const { data, errors } = await client.call<{ data?: unknown; errors: { extensions: object }[] }>('/graphql', {
        query,
      });
      expect(data).toBeUndefined();
      expect(errors[0]!.extensions).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
    }
  });

  it('of registration give subsidy the feed, and the gateway a family, as within one process', async () => {
    const feed = new RegistrationFeedClient(house.client('subsidy', 'registration'));
    const page = await feed.page('', 7);
    expect(page.persons).toHaveLength(7);
    expect(page).toEqual(await world.get(FeedService).page('', 7));
    expect(JSON.stringify(page)).not.toMatch(/(?<!\d)\d{17}[\dXx](?!\d)/);
    await expect(feed.page('x', 7)).rejects.toMatchObject({ code: 'FEED_POSITION_UNREADABLE' });
    const family = await house
      .client('gateway', 'registration')
      .call<{ persons: string[] }>('/family', { idNumber: citizenNumber });
    expect(family.persons.length).toBeGreaterThan(0);
  });

  it('of registration give subsidy newborns’ claims and ended certificates, as within one process', async () => {
    const registration = house.client('subsidy', 'registration');
    const claim = await new NewbornClaimsClient(registration).find(subCaseId);
    expect(claim).toMatchObject({ subCase: subCaseId, isWithdrawn: false });
    expect(claim).toEqual(await world.get(NewbornClaimService).find(subCaseId));
    const ended = await new EndedCertificatesClient(registration).ended(certificateId);
    expect(ended).toEqual(await world.get(CertificateService).ended(certificateId));
    expect(JSON.stringify([claim, ended])).not.toMatch(/(?<!\d)\d{17}[\dXx](?!\d)/);
    expect(await new NewbornClaimsClient(registration).find(personId)).toBeNull();
  });

  it('of the exchange take an app’s own questions only, give each its own answers, and the register what happened', async () => {
    const [own, others] = (['registration', 'subsidy'] as const).map(
      (name) => new RegistryQuestionsClient(house.client(name, 'exchange')),
    ) as [RegistryQuestionsClient, RegistryQuestionsClient];
    const asked = { ...question, reference: 'door-2' };
    const { question: id } = await own.ask(asked);
    expect((await own.ask(asked)).question).toBe(id);
    expect(await own.answer('registration', id)).toMatchObject({
      question: id,
      reference: 'door-2',
      outcome: 'waiting',
    });
    expect(await others.answer('subsidy', id)).toBeNull();
    await expect(others.ask(asked)).rejects.toMatchObject({ code: 'QUESTION_OF_ANOTHER_ASKER' });
    await expect(others.answer('registration', id)).rejects.toMatchObject({ code: 'QUESTION_OF_ANOTHER_ASKER' });
    const feed = new RegistryEventFeedClient(house.client('registration', 'exchange'));
    expect(await feed.page('', 5)).toEqual(await world.get(RegistryEventService).page('', 5));
    await expect(feed.page('x', 5)).rejects.toMatchObject({ code: 'REGISTRY_EVENT_POSITION_UNREADABLE' });
  });
});
