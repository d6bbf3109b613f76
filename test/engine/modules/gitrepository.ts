/** A repository `r` with the tag v1 (a is 1), the branch main (a is 2) and the branch other (a is 3). */
const repository = [
  'export GIT_CONFIG_GLOBAL=$ROOT/.gitconfig',
  'git config --global user.name me',
  'git config --global user.email me@example.org',
  // The same commits each time.
  'export GIT_AUTHOR_DATE=2020-01-01T00:00:00Z GIT_COMMITTER_DATE=2020-01-01T00:00:00Z',
  'git init -q -b main r',
  'echo 1 >r/a',
  'git -C r add a',
  'git -C r commit -qm one',
  'git -C r tag -a v1 -m one',
  'echo 2 >r/a',
  'git -C r commit -qam two',
  'git -C r checkout -q -b other',
  'echo 3 >r/a',
  'git -C r commit -qam three',
  'git -C r checkout -q main',
].join('; ')

/** What the word `$MAKE` of cases stands for. */
export const gitNames = { $MAKE: repository }
