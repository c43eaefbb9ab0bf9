/** A pool's state and its miners, as the wire has them. */
import type {
  PoolCredit,
  PoolInfo,
  PoolLuck,
  PoolMiner,
  PoolMinerLine,
  PoolMinerPayout,
  PoolPayout,
  PoolTakenThreshold,
  PoolWorker,
} from "#api/contract";
import { showSignedThreshold } from "#api/contract";
import { toHex } from "#base";
import type {
  CreditView,
  LuckView,
  MinerInfo,
  MinerLine,
  MinerPayout,
  MinerView,
  Page,
  PayoutLine,
  PoolStatus,
  TakenThreshold,
} from "#stratum";
import type { PoolPorts } from "./ports.ts";

export function showAtoms(atoms: bigint | null): string | null {
  return atoms === null ? null : String(atoms);
}

export function showPage<T, U>({ items, next }: Page<T>, show: (item: T) => U): { items: U[]; next: number | null } {
  return { items: items.map(show), next };
}

export function showPool({ facts, connections, troubles }: PoolPorts, status: PoolStatus): PoolInfo {
  const { id, startedMs, shares, work, miners, effort } = status.round;
  return {
    chain: { id: toHex(facts.chainId), name: facts.chainName, addressPrefix: facts.addressPrefix },
    key: toHex(facts.key),
    address: status.payoutAddress,
    stratum: [...facts.stratum],
    terms: { ...status.terms },
    threshold: String(status.thresholdAtoms),
    minThreshold: String(status.minThresholdAtoms),
    maturityBlocks: status.maturityBlocks,
    payoutDepth: facts.payoutDepth,
    round: { ...{ id, startedMs, shares, miners, effort }, work: String(work) },
    hashRate: status.hashRate,
    activeMiners: status.activeMiners,
    connections: connections().length,
    blocks: { ...status.blocks },
    owed: String(status.owedAtoms),
    paying: String(status.payingAtoms),
    paid: String(status.paidAtoms),
    account: String(status.poolAtoms),
    troubles: [...troubles()],
    dropEvery: facts.dropEvery,
    startedMs: facts.startedMs,
    version: facts.version,
  };
}

export function showMinerLine(line: MinerLine, connections: readonly MinerInfo[]): PoolMinerLine {
  const isTheirs = ({ workers }: MinerInfo): boolean => workers.some(({ address }) => address === line.address);
  return {
    address: line.address,
    owed: String(line.owedAtoms),
    paying: String(line.payingAtoms),
    paid: String(line.paidAtoms),
    hashRate: line.hashRate,
    roundWork: String(line.roundWork),
    roundShares: line.roundShares,
    connections: connections.filter(isTheirs).length,
  };
}

export function showMiner(miner: MinerView, connections: readonly MinerInfo[]): PoolMiner {
  return {
    ...showMinerLine(miner, connections),
    immature: String(miner.immatureAtoms),
    threshold: String(miner.thresholdAtoms),
    thresholdFrom: miner.thresholdFrom,
    thresholdOrder: miner.thresholdOrder === null ? null : showTaken(miner.thresholdOrder),
    minThreshold: String(miner.minThresholdAtoms),
    roundPart: miner.roundPart,
    samples: miner.samples.map((sample) => ({ ...sample })),
    workers: connections.flatMap((connection) => showWorkers(connection, miner.address)),
  };
}

export function showTaken({ order, taken }: TakenThreshold): PoolTakenThreshold {
  return { ...showSignedThreshold(order), taken: toHex(taken) };
}

function showWorkers(connection: MinerInfo, address: string): PoolWorker[] {
  const { agent, difficulty, connectedMs, lastShareMs, accepted, rejected } = connection;
  return connection.workers
    .filter((worker) => worker.address === address)
    .map(({ worker }) => ({ worker, agent, difficulty, connectedMs, lastShareMs, accepted, rejected }));
}

export function showCredit(credit: CreditView): PoolCredit {
  const { kind, round, block, height, state, scheme, feePpm, windowBlocks } = credit;
  return {
    ...{ kind, round, block, height, state, scheme, feePpm, windowBlocks },
    reward: showAtoms(credit.rewardAtoms),
    fee: showAtoms(credit.feeAtoms),
    myWork: String(credit.myWork),
    totalWork: showAtoms(credit.totalWork),
    amount: String(credit.amountAtoms),
    remainder: String(credit.remainderAtoms),
  };
}

export function showMinerPayout(payout: MinerPayout): PoolMinerPayout {
  const { id, transaction, state, createdMs, height } = payout;
  return {
    ...{ id, transaction, state, createdMs, height },
    gross: String(payout.grossAtoms),
    amount: String(payout.amountAtoms),
    fee: String(payout.feeAtoms),
    burn: String(payout.burnAtoms),
  };
}

export function showPayout(payout: PayoutLine): PoolPayout {
  const { id, transaction, state, createdMs, height, nonce, outputs } = payout;
  return {
    ...{ id, transaction, state, createdMs, height, nonce },
    cost: String(payout.costAtoms),
    fee: String(payout.feeAtoms),
    burn: String(payout.burnAtoms),
    miners: outputs,
  };
}

export function showLuck({ pool, miners, tests, rounds }: LuckView): PoolLuck {
  const copy = (report: LuckView["pool"]) => ({ ...report, bands: report.bands.map((band) => ({ ...band })) });
  return { pool: copy(pool), miners: miners.map(copy), tests, rounds: rounds.map((round) => ({ ...round })) };
}
