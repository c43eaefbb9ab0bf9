import { readFile, writeFile } from "node:fs/promises";
import { Command, type CommandUnknownOpts, InvalidArgumentError } from "@commander-js/extra-typings";
import { fromUtf8, OperationError, toHex } from "#base";
import { encodeRecord, TRANSACTION_FIXED_BYTES } from "#model";
import { addressText, findSigner } from "../accounts.ts";
import { newAskingCommand, newSigningCommand } from "../command-kinds.ts";
import { connect } from "../connect.ts";
import { confirmFee } from "../fee-guard.ts";
import { createNames } from "../names.ts";
import { EXAMPLE_ID, examples, readCount, readId } from "../options.ts";
import { createPatience } from "../patience.ts";
import { plural, print, printLine } from "../print.ts";
import { startProgress } from "../progress.ts";
import { readRecordLines } from "../record-lines.ts";
import { type LandedRecord, sendRecords } from "../record-sender.ts";
import { usageError } from "../report-error.ts";
import { showRecordList } from "../show.ts";
import { note, type Terminal, write } from "../terminal.ts";
import { feeRateOf } from "../transfer.ts";

export function recordCommand(terminal: Terminal): CommandUnknownOpts {
  return new Command("record")
    .description("records: bytes kept on the chain as they are")
    .addCommand(addCommand(terminal))
    .addCommand(getCommand(terminal))
    .addCommand(listCommand(terminal))
    .addHelpText("after", examples("agon record add --file games.jsonl", `agon record get ${EXAMPLE_ID}`));
}

function addCommand(terminal: Terminal) {
  return newSigningCommand("add")
    .description("put each line of a file on the chain, as its raw bytes")
    .requiredOption("--file <file>", "one record a line; - reads standard input")
    .option("--octets", "any bytes will do; else each line must be JSON")
    .option("--canonical", "write each line's JSON in its canonical form (RFC 8785) first")
    .option("--first-line <number>", "begin with this line", readCount(1, 1_000_000_000), 1)
    .option("--no-wait", "do not wait until all are in blocks")
    .option(
      "--fee-rate <atoms>",
      "fee for each byte, in atoms (default: the least that gets in now)",
      readCount(1, 1_000_000),
    )
    .addHelpText(
      "after",
      examples(
        "agon record add --file games.jsonl",
        "agon record add --file notes.txt --octets --from dev-3 --json",
        "jq -c . game.json | agon record add --file -",
      ),
    )
    .action(async (options) => {
      if (options.octets && options.canonical) throw usageError("--octets and --canonical exclude each other");
      const { lines: all, empty } = readRecordLines(await readInput(terminal, options.file), options);
      const lines = all.filter(({ line }) => line >= options.firstLine);
      if (empty.length > 0)
        await note(
          terminal,
          `${plural(empty.length, "empty line")} skipped: ${empty.slice(0, 10).join(", ")}${empty.length > 10 ? ", …" : ""}`,
        );
      if (lines.length === 0) throw new OperationError("record-lines", `${options.file} has no line to send`);
      const client = connect(terminal, options);
      const { chain, mempool } = await client.status();
      const signer = await findSigner(terminal, chain, options.from, options);
      const patience = createPatience(options.timeout * 1_000, terminal.signal, "the records are not all in blocks");
      const feePerByteAtoms = feeRateOf(chain, mempool.minFeeRate, options);
      const sizeBytes = lines.reduce((sum, { data }) => sum + transactionBytes(data), 0);
      await confirmFee(terminal, chain, { feeAtoms: feePerByteAtoms * BigInt(sizeBytes), sizeBytes }, options);
      const output = createOutput(terminal, options, lines.length);
      try {
        const job = { client, chain, signer, sender: addressText(chain, signer.address), patience, wait: options.wait };
        const records = sendRecords(
          {
            ...job,
            feePerByteAtoms,
            isOctets: options.octets === true,
            onProgress: output.progress,
          },
          lines,
        );
        for await (const record of records) await output.print(record);
      } finally {
        await output.end();
      }
    });
}

function listCommand(terminal: Terminal) {
  return newAskingCommand("list")
    .description("the newest records on the chain")
    .option("--from <place>", "begin with this height, or where an earlier list has ended, and go down", readPlace)
    .option("--limit <count>", "how many", readCount(1, 100), 20)
    .addHelpText("after", examples("agon record list", "agon record list --from 1200 --limit 100 --json"))
    .action(async ({ from, limit, ...options }) => {
      const page = await connect(terminal, options).records({ limit, ...(from === undefined ? {} : { from }) });
      await print(terminal, options, page, () => showRecordList(page, createNames()));
    });
}

function readPlace(text: string): string {
  if (!/^\d{1,15}(-\d{1,9})?$/.test(text))
    throw new InvalidArgumentError("It must be a height, or what an earlier list named as the next.");
  return text;
}

function getCommand(terminal: Terminal) {
  return newAskingCommand("get")
    .description("write the exact bytes of a record to standard output, or to a file")
    .argument("<id>", "id of the record's transaction, 64 hex digits", readId)
    .option("--out <file>", "write there instead")
    .addHelpText(
      "after",
      examples(`agon record get ${EXAMPLE_ID}`, `agon record get ${EXAMPLE_ID} --node node-3 --out record.json`),
    )
    .action(async (id, options) => {
      const { bytes, mediaType } = await connect(terminal, options).record(id);
      if (options.out !== undefined) await writeFile(options.out, bytes);
      const text = fromUtf8(bytes);
      const document = { id, mediaType, bytes: bytes.length, data: toHex(bytes), ...(text === null ? {} : { text }) };
      if (options.json) await print(terminal, options, document, () => "");
      else if (options.out === undefined) await write(terminal.stdout, bytes);
      else await note(terminal, `${plural(bytes.length, "byte")} written to ${options.out}`);
    });
}

function transactionBytes(data: Uint8Array): number {
  return TRANSACTION_FIXED_BYTES + encodeRecord({ mediaType: 0, data }).length;
}

async function readInput(terminal: Terminal, file: string): Promise<Uint8Array> {
  if (file !== "-") return readFile(file);
  const pieces: Uint8Array[] = [];
  for await (const piece of terminal.stdin) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}

interface Output {
  progress(counts: { readonly sent: number; readonly landed: number }): void;
  print(record: LandedRecord): Promise<void>;
  end(): Promise<void>;
}

/** Lines as they land; where a bar is drawn on the same terminal, they come when it has gone. */
function createOutput(
  terminal: Terminal,
  options: { readonly json?: boolean | undefined; readonly wait: boolean },
  total: number,
): Output {
  const format = "records [{bar}] {value}/{total} in blocks, {sent} sent, {duration_formatted}";
  const bar = startProgress(terminal, format, total, { sent: 0 });
  const held: LandedRecord[] = [];
  const heights = new Set<number>();
  let printed = 0;
  const show = (record: LandedRecord): Promise<void> => printLine(terminal, options, record, () => describe(record));
  return {
    progress: ({ sent, landed }) => bar.update(options.wait ? landed : sent, { sent }),
    async print(record) {
      printed++;
      if (record.block !== null) heights.add(record.block.height);
      if (terminal.canDraw) held.push(record);
      else await show(record);
    },
    async end() {
      bar.stop();
      for (const record of held) await show(record);
      const blocks = [...heights].sort((a, b) => a - b);
      const where =
        blocks.length === 0
          ? ""
          : blocks.length === 1
            ? ` in 1 block, height ${blocks[0]}`
            : ` in ${blocks.length} blocks, heights ${blocks[0]} to ${blocks.at(-1)}`;
      await note(
        terminal,
        `${Math.min(printed, total)} of ${plural(total, "record")}${where}${options.wait ? "" : " sent"}`,
      );
    },
  };
}

function describe({ line, id, block }: LandedRecord): string {
  return `line ${line}  ${id}  ${block === null ? "sent" : `block ${block.height}`}`;
}
