# bash completion of sekimorictl; made by scripts/manuals
_sekimorictl() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path="" i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "${COMP_WORDS[i]}" in
      --action|--apply|--by|--client|--comment|--config|--expires|--for|--from|--helo|--if-confirmed|--into|--limit|--match|--name|--rate|--reason|--recipient|--reference|--retry-after|--sender|--since|--state|--svg|--until|--unused) ((++i)) ;;
      -*) ;;
      *) path+=" ${COMP_WORDS[i]}" ;;
    esac
  done
  case "$before" in
    --config|--from) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --action|--apply|--by|--client|--comment|--expires|--for|--helo|--if-confirmed|--into|--limit|--match|--name|--rate|--reason|--recipient|--reference|--retry-after|--sender|--since|--state|--svg|--until|--unused) return ;;
  esac
  local words="" files=""
  # The longest command first: what follows it are its arguments.
  case "$path " in
    " whitelist add "*) words="--comment --expires --by --if-confirmed --config --json --help" ;;
    " whitelist remove "*) words="--comment --by --config --json --help" ;;
    " whitelist list "*) words="--match --unused --config --json --help" ;;
    " whitelist show "*) words="--config --json --help" ;;
    " whitelist import "*) words="--comment --expires --by --if-confirmed --config --json --help" files=1 ;;
    " whitelist export "*) words="--config --json --help" ;;
    " blocklist add "*) words="--comment --expires --by --if-confirmed --action --config --json --help" ;;
    " blocklist remove "*) words="--comment --by --config --json --help" ;;
    " blocklist list "*) words="--match --unused --config --json --help" ;;
    " blocklist show "*) words="--config --json --help" ;;
    " blocklist import "*) words="--comment --expires --by --if-confirmed --action --config --json --help" files=1 ;;
    " blocklist export "*) words="--config --json --help" ;;
    " audit export "*) words="--since --config --json --help" ;;
    " audit undo "*) words="--comment --by --config --json --help" ;;
    " greylist list "*) words="--match --limit --auto --config --json --help" ;;
    " greylist show "*) words="--config --json --help" ;;
    " greylist remove "*) words="--by --config --json --help" ;;
    " greylist stats "*) words="--config --json --help" ;;
    " cache stats "*) words="--config --json --help" ;;
    " cache show "*) words="--config --json --help" ;;
    " cache forget "*) words="--config --json --help" ;;
    " cache flush "*) words="--config --json --help" ;;
    " cache warm "*) words="--rate --config --json --help" files=1 ;;
    " dnsbl status "*) words="--config --json --help" ;;
    " import postgrey "*) words="--dry-run --by --config --json --help" files=1 ;;
    " import sqlgrey "*) words="--dry-run --by --config --json --help" files=1 ;;
    " import milter-greylist "*) words="--dry-run --by --config --json --help" files=1 ;;
    " import postgrey-clients "*) words="--dry-run --by --comment --expires --config --json --help" files=1 ;;
    " import postgrey-recipients "*) words="--dry-run --by --comment --expires --config --json --help" files=1 ;;
    " import access "*) words="--dry-run --by --comment --expires --for --config --json --help" files=1 ;;
    " import cidr "*) words="--dry-run --by --comment --expires --config --json --help" files=1 ;;
    " import regexp "*) words="--dry-run --by --comment --expires --config --json --help" files=1 ;;
    " import list "*) words="--dry-run --by --comment --expires --into --config --json --help" files=1 ;;
    " whitelist "*) words="add remove list show import export --config --json --help" ;;
    " blocklist "*) words="add remove list show import export --config --json --help" ;;
    " unblock "*) words="--comment --expires --by --wide --dry-run --config --json --help" ;;
    " suggest "*) words="--apply --since --limit --comment --expires --by --config --json --help" ;;
    " audit "*) words="export undo --since --config --json --help" ;;
    " verdicts "*) words="--client --sender --recipient --reference --reason --since --until --limit --follow --config --json --help" ;;
    " greylist "*) words="list show remove stats --config --json --help" ;;
    " cache "*) words="stats show forget flush warm --config --json --help" ;;
    " dnsbl "*) words="status --config --json --help" ;;
    " stats "*) words="--config --json --help" ;;
    " backup "*) words="--config --json --help" files=1 ;;
    " restore "*) words="--from --config --json --help" ;;
    " import "*) words="postgrey sqlgrey milter-greylist postgrey-clients postgrey-recipients access cidr regexp list --config --json --help" ;;
    " explain "*) words="--helo --sender --recipient --now-from-cache --config --json --help" ;;
    " ask "*) words="--client --name --helo --sender --recipient --state --config --json --help" ;;
    " names "*) words="--config --json --help" files=1 ;;
    " evaluate "*) words="--lists --svg --config --json --help" files=1 ;;
    " replay "*) words="--lists --svg --retry-after --spam-returns --config --json --help" ;;
    " check-config "*) words="--config --json --help" ;;
    " "*) words="whitelist blocklist unblock suggest audit verdicts greylist cache dnsbl stats backup restore import explain ask names evaluate replay check-config --config --json --version --help" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  [ -z "$files" ] || mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word")
}
complete -o filenames -F _sekimorictl sekimorictl
