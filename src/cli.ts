/** The command line: flags become evidence, evidence a report or an interview, the outcome an exit status. */
import { main } from './command.ts';
import { processTerminal } from './terminal.ts';

main(process.argv.slice(2), processTerminal()).then(
  (status) => {
    process.exitCode = status;
  },
  () => {
    process.exitCode = 2;
  },
);
