/** What pages read of validators, epochs and finality; asked for only where the chain has them. */
import { keepPreviousData, skipToken, type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { Duties, EpochInfo, EpochPage, Evidence, Finality, Validator, Validators } from "#api/contract";
import { useClient } from "./context.tsx";
import { keys } from "./keys.ts";
import { useStatus } from "./queries.ts";

/** Slots pass without a block too, and nothing in the event stream tells of them. */
const EVERY_MS = 4_000;
export const EPOCHS_SHOWN = 12;

/** What the chain has besides blocks; undefined while it is not known. */
export function useFeature(name: "validators" | "mining" | "pool"): boolean | undefined {
  return useStatus().data?.features.includes(name);
}

export function useValidators(): UseQueryResult<Validators> {
  const client = useClient();
  const wanted = useFeature("validators") === true;
  return useQuery({
    queryKey: keys.validators,
    queryFn: wanted ? ({ signal }) => client.stake.validators({ signal }) : skipToken,
    refetchInterval: EVERY_MS,
  });
}

export function useValidator(address: string): UseQueryResult<Validator> {
  const client = useClient();
  return useQuery({
    queryKey: keys.validator(address),
    queryFn: ({ signal }) => client.stake.validator(address, { signal }),
    refetchInterval: EVERY_MS,
  });
}

export function useDuties(address: string): UseQueryResult<Duties> {
  const client = useClient();
  return useQuery({
    queryKey: keys.duties(address),
    queryFn: ({ signal }) => client.stake.duties(address, { count: 12 }, { signal }),
    refetchInterval: EVERY_MS,
  });
}

/** @param from newest epoch listed; null follows the present one */
export function useEpochs(from: number | null): UseQueryResult<EpochPage> {
  const client = useClient();
  return useQuery({
    queryKey: keys.epochs(from ?? -1),
    queryFn: ({ signal }) =>
      client.stake.epochs({ limit: EPOCHS_SHOWN, ...(from === null ? {} : { from }) }, { signal }),
    refetchInterval: EVERY_MS,
    placeholderData: keepPreviousData,
  });
}

export function useEpoch(epoch: number | null): UseQueryResult<EpochInfo> {
  const client = useClient();
  return useQuery({
    queryKey: keys.epoch(epoch ?? -1),
    queryFn: epoch === null ? skipToken : ({ signal }) => client.stake.epoch(epoch, { signal }),
    refetchInterval: EVERY_MS,
  });
}

/** Seen by the node and not reported yet. */
export function useOffences(): UseQueryResult<Evidence> {
  const client = useClient();
  const wanted = useFeature("validators") === true;
  return useQuery({
    queryKey: keys.offences,
    queryFn: wanted ? ({ signal }) => client.stake.evidence({ signal }) : skipToken,
    refetchInterval: EVERY_MS,
  });
}

export function useFinality(): UseQueryResult<Finality> {
  const client = useClient();
  const wanted = useFeature("validators") === true;
  return useQuery({
    queryKey: keys.finality,
    queryFn: wanted ? ({ signal }) => client.stake.finality({ signal }) : skipToken,
    refetchInterval: EVERY_MS,
  });
}
