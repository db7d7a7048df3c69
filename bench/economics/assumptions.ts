/** What the simulation takes for granted; docs/economics.md has the same list. */
export const ASSUMPTIONS: readonly string[] = [
  "Keyholders want money and nothing else; nobody is punished outside the contract.",
  "Opened early, the work brings its conspirators a sum, its worth, at most the goal: nobody pays more for it than all fans together.",
  "Each member's idea of the worth is up to 20 % off. Members may pay each other for silence.",
  "Whoever reports gives up its part of the worth. It could try to keep both, by reporting after an early unlock; that only makes betrayal better.",
  "Keys are handed over in turn. The last one has all the others' and gave none away, so nobody can report it.",
  "A report cannot be taken over by who sees it first: it names its payee and is signed by the leaked key.",
  "One operator's slots do not report each other.",
  "Keyholders are down apart from each other, not all for one reason.",
  "Left out: gas, exchange rates, and the fee that conspirators forgo, which makes collusion look better than it is.",
];
