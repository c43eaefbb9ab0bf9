/** Validators, epochs, finality and offences; 404 `not-on-this-chain` where nobody is drawn. */
import { Type } from "typebox";
import { Duties, EpochInfo, EpochPage, Evidence, Finality, Validator, Validators } from "#api/contract";
import { type App, notFound, Refusal } from "#api/server";
import { equalBytes } from "#base";
import type { NodePorts } from "./ports.ts";
import { AddressPath, DEFAULT_LIMIT, readAddress } from "./route-inputs.ts";
import { showFinality } from "./show-finality.ts";
import { type ShowingStake, showDuties, showEpoch, showOffence, showValidator, showValidators } from "./show-stake.ts";

/** Every epoch comes with its slots. */
const MAX_EPOCHS = 64;
const EpochsQuery = Type.Object(
  {
    from: Type.Optional(Type.Integer({ minimum: 0, description: "the first epoch listed; default: the present one" })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_EPOCHS, default: DEFAULT_LIMIT })),
  },
  { additionalProperties: false },
);
const DutiesQuery = Type.Object(
  { count: Type.Optional(Type.Integer({ minimum: 1, maximum: 256, default: DEFAULT_LIMIT })) },
  { additionalProperties: false },
);
const EpochPath = Type.Object({ epoch: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }) });

export function addStakeRoutes(app: App, { chain }: NodePorts): void {
  const tags = ["validators"];
  const open = (): ShowingStake => {
    if (chain.stake === null)
      throw new Refusal(
        404,
        "not-on-this-chain",
        "this chain has no validators: nobody is drawn, and nothing is final",
      );
    return { stake: chain.stake, prefix: chain.spec.addressPrefix };
  };

  app.get(
    "/v1/validators",
    { schema: { tags, summary: "All who ever bonded, heaviest first", response: { 200: Validators } } },
    async (): Promise<Validators> => {
      const showing = open();
      return showValidators(showing, await showing.stake.validators());
    },
  );
  app.get(
    "/v1/validators/:address",
    { schema: { tags, summary: "One validator, by its owner", params: AddressPath, response: { 200: Validator } } },
    async ({ params }): Promise<Validator> => {
      const showing = open();
      const owner = readAddress(params.address, showing.prefix);
      const facts = await showing.stake.validators();
      const found = facts.validators.find((one) => equalBytes(one.owner, owner));
      return found === undefined ? noValidator(params.address) : showValidator(showing, facts, found);
    },
  );
  app.get(
    "/v1/validators/:address/duties",
    {
      schema: {
        tags,
        summary: "The slots that it is drawn in, as far as they are drawn, and its next vote",
        params: AddressPath,
        querystring: DutiesQuery,
        response: { 200: Duties },
      },
    },
    ({ params, query }): Duties => {
      const showing = open();
      const duties = showing.stake.duties(readAddress(params.address, showing.prefix), query.count ?? DEFAULT_LIMIT);
      return duties === null ? noValidator(params.address) : showDuties(showing, params.address, duties);
    },
  );
  app.get(
    "/v1/epochs",
    {
      schema: {
        tags,
        summary: "Epochs with their slots and votes, newest first",
        querystring: EpochsQuery,
        response: { 200: EpochPage },
      },
    },
    async ({ query }): Promise<EpochPage> => {
      const showing = open();
      const first = query.from ?? showing.stake.now().epoch;
      const found = await showing.stake.epochs(first, query.limit ?? DEFAULT_LIMIT);
      const last = found.at(-1);
      const more = last === undefined || last.epoch === 0 ? [] : await showing.stake.epochs(last.epoch - 1, 1);
      return { items: found.map((facts) => showEpoch(showing, facts)), nextFrom: more[0]?.epoch ?? null };
    },
  );
  app.get(
    "/v1/epochs/:epoch",
    { schema: { tags, summary: "One epoch", params: EpochPath, response: { 200: EpochInfo } } },
    async ({ params }): Promise<EpochInfo> => {
      const showing = open();
      const [found] = await showing.stake.epochs(params.epoch, 1);
      if (found?.epoch !== params.epoch)
        throw notFound(`epoch ${params.epoch} is to come, or too long ago: the last ${MAX_EPOCHS} are kept`);
      return showEpoch(showing, found);
    },
  );
  app.get(
    "/v1/finality",
    { schema: { tags, summary: "What is final, and why", response: { 200: Finality } } },
    (): Promise<Finality> => showFinality(open(), chain.chainId),
  );
  app.get(
    "/v1/evidence",
    {
      schema: {
        tags,
        summary: "Offences that this node found and that nobody has reported yet",
        response: { 200: Evidence },
      },
    },
    (): Evidence => {
      const showing = open();
      return { items: showing.stake.offences().map((offence) => showOffence(showing, offence)) };
    },
  );
}

function noValidator(address: string): never {
  throw notFound(`${address} has never bonded: it is no validator`);
}
