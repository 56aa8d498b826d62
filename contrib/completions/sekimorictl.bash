# bash completion of sekimorictl; made by scripts/manuals
_sekimorictl() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path="" i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "${COMP_WORDS[i]}" in
      --action|--apply|--by|--client|--comment|--config|--delay|--domain|--expires|--for|--from|--helo|--if-confirmed|--into|--limit|--mailboxes|--match|--messages-per-hour|--mode|--name|--own-network|--postconf|--rate|--reason|--recipient|--recipients-per-day|--recipients-per-hour|--reference|--resolver|--retry-after|--selector|--sender|--since|--state|--svg|--until|--unused|--wait) ((++i)) ;;
      -*) ;;
      *) path+=" ${COMP_WORDS[i]}" ;;
    esac
  done
  case "$before" in
    --config|--from) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --action|--apply|--by|--client|--comment|--delay|--domain|--expires|--for|--helo|--if-confirmed|--into|--limit|--mailboxes|--match|--messages-per-hour|--mode|--name|--own-network|--postconf|--rate|--reason|--recipient|--recipients-per-day|--recipients-per-hour|--reference|--resolver|--retry-after|--selector|--sender|--since|--state|--svg|--until|--unused|--wait) return ;;
  esac
  local words="" files=""
  # The longest command first: what follows it are its arguments.
  case "$path " in
    " whitelist add "*) words="--comment --expires --by --if-confirmed --if-spf --config --json --utc --help" ;;
    " whitelist remove "*) words="--comment --by --config --json --utc --help" ;;
    " whitelist list "*) words="--match --unused --config --json --utc --help" ;;
    " whitelist show "*) words="--config --json --utc --help" ;;
    " whitelist import "*) words="--comment --expires --by --if-confirmed --if-spf --config --json --utc --help" files=1 ;;
    " whitelist export "*) words="--config --json --utc --help" ;;
    " blocklist add "*) words="--comment --expires --by --if-confirmed --if-spf --action --config --json --utc --help" ;;
    " blocklist remove "*) words="--comment --by --config --json --utc --help" ;;
    " blocklist list "*) words="--match --unused --config --json --utc --help" ;;
    " blocklist show "*) words="--config --json --utc --help" ;;
    " blocklist import "*) words="--comment --expires --by --if-confirmed --if-spf --action --config --json --utc --help" files=1 ;;
    " blocklist export "*) words="--config --json --utc --help" ;;
    " requests list "*) words="--all --config --json --utc --help" ;;
    " requests allow "*) words="--comment --expires --by --dry-run --config --json --utc --help" ;;
    " requests refuse "*) words="--comment --by --config --json --utc --help" ;;
    " audit export "*) words="--since --config --json --utc --help" ;;
    " audit undo "*) words="--comment --by --config --json --utc --help" ;;
    " greylist list "*) words="--match --limit --auto --config --json --utc --help" ;;
    " greylist show "*) words="--config --json --utc --help" ;;
    " greylist remove "*) words="--by --config --json --utc --help" ;;
    " greylist stats "*) words="--config --json --utc --help" ;;
    " cache stats "*) words="--config --json --utc --help" ;;
    " cache show "*) words="--config --json --utc --help" ;;
    " cache forget "*) words="--config --json --utc --help" ;;
    " cache flush "*) words="--config --json --utc --help" ;;
    " cache warm "*) words="--rate --config --json --utc --help" files=1 ;;
    " dnsbl status "*) words="--config --json --utc --help" ;;
    " dnsbl test "*) words="--config --json --utc --help" ;;
    " outbound allow "*) words="--recipients-per-hour --recipients-per-day --messages-per-hour --until --comment --by --config --json --utc --help" ;;
    " outbound lock "*) words="--until --comment --by --config --json --utc --help" ;;
    " outbound release "*) words="--comment --by --config --json --utc --help" ;;
    " outbound forget "*) words="--comment --by --config --json --utc --help" ;;
    " shared status "*) words="--config --json --utc --help" ;;
    " shared new-key "*) words="--config --json --utc --help" files=1 ;;
    " import postgrey "*) words="--dry-run --by --delay --config --json --utc --help" files=1 ;;
    " import sqlgrey "*) words="--dry-run --by --config --json --utc --help" files=1 ;;
    " import milter-greylist "*) words="--dry-run --by --config --json --utc --help" files=1 ;;
    " import postgrey-clients "*) words="--dry-run --by --comment --expires --config --json --utc --help" files=1 ;;
    " import postgrey-recipients "*) words="--dry-run --by --comment --expires --config --json --utc --help" files=1 ;;
    " import access "*) words="--dry-run --by --comment --expires --for --strict --config --json --utc --help" files=1 ;;
    " import cidr "*) words="--dry-run --by --comment --expires --strict --config --json --utc --help" files=1 ;;
    " import regexp "*) words="--dry-run --by --comment --expires --strict --config --json --utc --help" files=1 ;;
    " import postscreen "*) words="--config --json --utc --help" files=1 ;;
    " import list "*) words="--dry-run --by --comment --expires --into --config --json --utc --help" files=1 ;;
    " whitelist "*) words="add remove list show import export --config --json --utc --help" ;;
    " blocklist "*) words="add remove list show import export --config --json --utc --help" ;;
    " unblock "*) words="--comment --expires --by --wide --yes --dry-run --config --json --utc --help" ;;
    " requests "*) words="list allow refuse --config --json --utc --help" ;;
    " suggest "*) words="--apply --since --limit --comment --expires --by --config --json --utc --help" ;;
    " audit "*) words="export undo --since --config --json --utc --help" ;;
    " verdicts "*) words="--client --sender --recipient --reference --reason --action --since --until --limit --follow --config --json --utc --help" ;;
    " greylist "*) words="list show remove stats --config --json --utc --help" ;;
    " cache "*) words="stats show forget flush warm --config --json --utc --help" ;;
    " dnsbl "*) words="status test --config --json --utc --help" ;;
    " watch "*) words="--now --suggest --postconf --config --json --utc --help" ;;
    " status "*) words="--config --json --utc --help" ;;
    " reload "*) words="--config --json --utc --help" ;;
    " stats "*) words="--config --json --utc --help" ;;
    " backup "*) words="--config --json --utc --help" files=1 ;;
    " restore "*) words="--from --config --json --utc --help" ;;
    " outbound "*) words="allow lock release forget --limit --config --json --utc --help" ;;
    " forwards "*) words="--domain --mailboxes --config --json --utc --help" files=1 ;;
    " shared "*) words="status new-key --config --json --utc --help" ;;
    " import "*) words="postgrey sqlgrey milter-greylist postgrey-clients postgrey-recipients access cidr regexp postscreen list --config --json --utc --help" ;;
    " explain "*) words="--helo --sender --recipient --now-from-cache --config --json --utc --help" ;;
    " report "*) words="--client --helo --sender --selector --config --json --utc --help" ;;
    " ask "*) words="--client --name --helo --sender --recipient --state --config --json --utc --help" ;;
    " spf "*) words="--client --helo --sender --config --json --utc --help" ;;
    " names "*) words="--config --json --utc --help" files=1 ;;
    " evaluate "*) words="--lists --svg --config --json --utc --help" files=1 ;;
    " replay "*) words="--lists --svg --retry-after --spam-returns --config --json --utc --help" ;;
    " check-config "*) words="--config --json --utc --help" ;;
    " postfix "*) words="--config --json --utc --help" files=1 ;;
    " setup "*) words="--write --ask --lists --mode --resolver --own-network --postconf --wait --config --json --utc --help" ;;
    " "*) words="whitelist blocklist unblock requests suggest audit verdicts greylist cache dnsbl watch status reload stats backup restore outbound forwards shared import explain report ask spf names evaluate replay check-config postfix setup --config --json --utc --version --help" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  [ -z "$files" ] || mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word")
}
complete -o filenames -F _sekimorictl sekimorictl
