import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type PoolInfo, type PoolMiner, type PoolTakenThreshold, showSignedThreshold } from "#api/contract";
import { asHash, asKey, fromHex } from "#base";
import { formatAddress } from "#crypto";
import { type DevAccount, devAccount, signThreshold } from "#wallet/core";
import { keys, useClient, usePool } from "../client/index.ts";
import { Button, Card, CommandLine, Facts, Field, Icon, SkeletonRows, TimeAgo } from "../ui/index.ts";
import { checkThreshold } from "./threshold-draft.ts";
import { coinsText } from "./words.ts";

const DEV_PREFIX = "tagon";
const DEV_ACCOUNTS = 10;

/** From what sum on the miner is paid; for a dev account, whose key everybody knows, a form that changes it. */
export function ThresholdCard({ miner }: { readonly miner: PoolMiner | undefined }) {
  const { data: pool } = usePool();
  if (miner === undefined || pool === undefined)
    return (
      <Card title="Paid from">
        <SkeletonRows rows={3} />
      </Card>
    );
  const account = findDevAccount(miner.address, pool.chain.addressPrefix);
  return (
    <Card title="Paid from">
      <div className="flex flex-col gap-3">
        <Standing miner={miner} pool={pool} />
        {account === null ? <BySignature miner={miner} /> : <Form miner={miner} pool={pool} account={account} />}
      </div>
    </Card>
  );
}

function findDevAccount(address: string, prefix: string): DevAccount | null {
  if (prefix !== DEV_PREFIX) return null;
  const all = Array.from({ length: DEV_ACCOUNTS }, (_, i) => devAccount(i));
  return all.find((account) => formatAddress(account.address, prefix) === address) ?? null;
}

const FROM: Readonly<Record<PoolMiner["thresholdFrom"], string>> = {
  pool: "the pool's, for everybody who has not set one",
  operator: "set by the pool's operator",
  miner: "set by the miner",
};

function Standing({ miner, pool }: { readonly miner: PoolMiner; readonly pool: PoolInfo }) {
  const { threshold, thresholdFrom, thresholdOrder, minThreshold } = miner;
  return (
    <div className="rounded-control border border-line">
      <Facts
        facts={[
          { label: "In force", value: `${coinsText(threshold)} coins` },
          {
            label: "Whose word",
            value: (
              <span>
                {FROM[thresholdFrom]}
                {thresholdFrom === "miner" && thresholdOrder !== null ? (
                  <>
                    , signed <TimeAgo timeMs={thresholdOrder.timeMs} plain />
                  </>
                ) : null}
              </span>
            ),
          },
          { label: "What may be set", value: `at least ${coinsText(minThreshold)}` },
          thresholdFrom === "pool" ? null : { label: "The pool's", value: `${coinsText(pool.threshold)} coins` },
        ]}
      />
    </div>
  );
}

/** Whose key is not known here, signs where it is: the command, with what is typed. */
function BySignature({ miner }: { readonly miner: PoolMiner }) {
  const [text, setText] = useState("");
  const { problem, thresholdAtoms } = checkThreshold(text, miner);
  const coins = thresholdAtoms === null ? miner.minThreshold : String(thresholdAtoms);
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <ThresholdField
        {...{ miner, text, problem, change: setText, label: "Be paid from" }}
        help="Only the key of this address can set it"
      />
      <p className="text-ink-soft text-sm">Where that key lies, run</p>
      <CommandLine
        command={`agon pool threshold --pool ${location.origin} --address ${miner.address} --coins ${coinsText(coins)} --receipts receipts.jsonl`}
      />
    </div>
  );
}

interface ThresholdFieldProps {
  readonly miner: PoolMiner;
  readonly label: string;
  readonly help: string;
  readonly text: string;
  readonly problem: string | null;
  readonly change: (text: string) => void;
}

function ThresholdField({ miner, label, help, text, problem, change }: ThresholdFieldProps) {
  return (
    <Field
      label={label}
      value={text}
      onChange={(event) => change(event.target.value)}
      problem={problem ?? undefined}
      inputMode="decimal"
      placeholder={coinsText(miner.threshold)}
      suffix="coins"
      help={help}
    />
  );
}

interface FormProps {
  readonly miner: PoolMiner;
  readonly pool: PoolInfo;
  readonly account: DevAccount;
}

function Form({ miner, pool, account }: FormProps) {
  const [text, setText] = useState("");
  const order = useThresholdOrder({ miner, pool, account }, () => setText(""));
  const { problem, thresholdAtoms } = checkThreshold(text, miner);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (thresholdAtoms !== null) order.mutate(thresholdAtoms);
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-2" aria-label="Threshold">
      <ThresholdField
        {...{ miner, text, problem, change: setText, label: `Pay ${account.name} from` }}
        help="Signed here, with the key that everybody knows"
      />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" busy={order.isPending} disabled={thresholdAtoms === null}>
          Sign and set
        </Button>
        {miner.thresholdFrom === "miner" ? (
          <Button disabled={order.isPending} onClick={() => order.mutate(null)}>
            Use the pool's
          </Button>
        ) : null}
      </div>
      <Result order={order} pool={pool} />
    </form>
  );
}

type ThresholdOrder = UseMutationResult<PoolTakenThreshold, Error, bigint | null>;

function Result({ order, pool }: { readonly order: ThresholdOrder; readonly pool: PoolInfo }) {
  return (
    <p aria-live="polite" className="flex min-h-5 items-center gap-2 text-sm">
      {order.error === null ? null : (
        <span role="alert" className="flex items-center gap-2 text-bad">
          <Icon name="alert" />
          {order.error.message}
        </span>
      )}
      {order.data === undefined ? null : (
        <span className="flex items-center gap-2 text-good">
          <Icon name="check" />
          The pool has taken it: paid from {coinsText(order.data.threshold ?? pool.threshold)} coins on.
        </span>
      )}
    </p>
  );
}

function useThresholdOrder({ miner, pool, account }: FormProps, onTaken: () => void): ThresholdOrder {
  const client = useClient();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (thresholdAtoms: bigint | null) => {
      const order = signThreshold({
        chainId: asHash(fromHex(pool.chain.id)!),
        poolKey: asKey(fromHex(pool.key)!),
        seed: account.seed,
        thresholdAtoms,
        // Of two orders the later one counts, whatever the clock says.
        timeMs: Math.max(Date.now(), (miner.thresholdOrder?.timeMs ?? 0) + 1),
      });
      return client.pool.orderThreshold(miner.address, showSignedThreshold(order));
    },
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: keys.poolMiner(miner.address) });
      onTaken();
    },
  });
}
