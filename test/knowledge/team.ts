/** A team's own knowledge as texts: one new cause with all it needs. The tests break it, one place at a time. */

export type Files = Readonly<Record<string, string>>;

export const TEAM: Files = {
  'causes/feeder-stall.yaml': `name: Stalled feeder
family: data
summary: The feeder lost its place and repeats one batch that holds no valid row.
base-rate: rare
mechanism: After four hours the queue of the feeder is empty and it hands out its last buffer, which nobody filled [team-wiki].
signs:
  - The same sample identifiers come again and again.
excluded-by:
  onset: { answers: [first-step], because: "the queue is full when a run begins" }
evidence:
  queue-state:
    empty: always
    because: An empty queue is the cause by definition.
  loss-trend: { sudden: typical, others: rare, because: "Nothing diverges before the queue is empty." }
  scope: { train: common, because: "Only training uses the feeder." }
  first-bad-tensor: { input: always, others: rare, because: "The batch itself is bad." }
  bad-op: { none-named: common, because: "No operation is at fault." }
  lower-lr-test: { no-effect: typical, because: "The rate plays no part." }
remedies:
  - use: restart-feeder
  - use: clean-data
confirm:
  - do: Print the length of the queue at the failing step.
    expect: Zero confirms.
    effort: one-line
sources: [team-wiki]
examples:
  - title: an empty queue, and the input is bad
    given: { queue-state: empty, first-bad-tensor: input, loss-trend: sudden }
    expect: first
  - title: bad input with a full queue
    given: { queue-state: filled, first-bad-tensor: input, inputs-finite: nonfinite }
    expect: not-first
    instead: nonfinite-input
`,
  'symptoms/queue-state.yaml': `name: Queue of the feeder
question: Is the queue of the feeder empty at the failing step?
help: The dashboard of the feeder shows its length.
kind: check
effort: look
flags: [queue]
answers:
  empty: { label: "it is empty", share: few, aliases: [drained, zero] }
  filled: { label: "it holds batches", share: many, aliases: [full] }
`,
  'remedies/restart-feeder.yaml': `name: Restart the feeder
kind: cures
why: It finds its place again when it starts.
effort: one-line
sources: [team-wiki]
`,
  'sources.yaml': `team-wiki: { title: "Team wiki: the feeder", url: "https://wiki.example/feeder", kind: documentation }
`,
  'told.yaml': `feeder-stall: { queue-state: 3 }
`,
};

/** The same files with one text of one of them replaced. */
export function broken(file: string, text: string, by: string): Files {
  const original = TEAM[file];
  if (original === undefined || !original.includes(text)) throw new Error(`${file} does not hold: ${text}`);
  return { ...TEAM, [file]: original.replace(text, () => by) };
}
