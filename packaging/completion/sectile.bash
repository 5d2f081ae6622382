# Made from the program's option table by sectile internal generate-docs; do not edit.

# Models, profiles, or the labels of the file behind -f.
_sectile_list() {
  local i file=
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -f|--config-file) file=${COMP_WORDS[i + 1]} ;;
    esac
  done
  sectile internal list "$1" ${file:+"$file"} 2>/dev/null
}

_sectile() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local verb= options= arguments= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -*) ;;
      *) verb=${COMP_WORDS[i]}; break ;;
    esac
  done
  case $verb in
    plan)
      case $before in
        --gpu|-g) COMPREPLY=($(compgen -W "$(_sectile_list models)" -- "$word")); return ;;
        --want|-w) COMPREPLY=(); return ;;
        --strategy|-s) COMPREPLY=($(compgen -W 'mixed all-balanced high-performance memory-balanced compute-balanced custom' -- "$word")); return ;;
        --profile) COMPREPLY=($(compgen -W "$(_sectile_list profiles)" -- "$word")); return ;;
        --profile-set) COMPREPLY=(); return ;;
        --parts) COMPREPLY=(); return ;;
        --layout|-l) COMPREPLY=(); return ;;
        --config-file|-f) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --services) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --measurements) COMPREPLY=($(compgen -d -- "$word")); return ;;
        --scenario) COMPREPLY=(); return ;;
        --admission) COMPREPLY=(); return ;;
        --spare) COMPREPLY=($(compgen -W 'none instance gpu' -- "$word")); return ;;
        --config-label) COMPREPLY=(); return ;;
        --output|-o) COMPREPLY=($(compgen -W 'text json yaml mig-parted mermaid mermaid-blocks svg' -- "$word")); return ;;
        --nvml) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --driver-timeout) COMPREPLY=(); return ;;
      esac
      options='--gpu -g --want -w --strategy -s --profile --profile-set --parts --fill --layout -l --config-file -f --replace --explain --services --measurements --scenario --admission --no-mps --spare --config-label --output -o --nvml --driver-timeout --help -h --version --quiet -q --no-colour'
      ;;
    advise)
      case $before in
        --gpu|-g) COMPREPLY=($(compgen -W "$(_sectile_list models)" -- "$word")); return ;;
        --params) COMPREPLY=(); return ;;
        --dtype) COMPREPLY=($(compgen -W 'fp32 fp16 bf16 fp8 int8 fp4 int4' -- "$word")); return ;;
        --kv-dtype) COMPREPLY=($(compgen -W 'fp32 fp16 bf16 fp8 int8 fp4 int4' -- "$word")); return ;;
        --context) COMPREPLY=(); return ;;
        --concurrency) COMPREPLY=(); return ;;
        --layers) COMPREPLY=(); return ;;
        --kv-heads) COMPREPLY=(); return ;;
        --head-dim) COMPREPLY=(); return ;;
        --idle-max) COMPREPLY=(); return ;;
        --output|-o) COMPREPLY=($(compgen -W 'text json wants yaml' -- "$word")); return ;;
        --nvml) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --driver-timeout) COMPREPLY=(); return ;;
      esac
      options='--gpu -g --params --dtype --kv-dtype --context --concurrency --layers --kv-heads --head-dim --idle-max --virtual-machine --output -o --nvml --driver-timeout --help -h --version --quiet -q --no-colour'
      arguments=$(compgen -f -- "$word")
      ;;
    gpus)
      case $before in
        --output|-o) COMPREPLY=($(compgen -W 'text json' -- "$word")); return ;;
      esac
      options='--output -o --help -h --version --quiet -q --no-colour'
      ;;
    profiles)
      case $before in
        --as) COMPREPLY=($(compgen -W 'sectile smi' -- "$word")); return ;;
        --output|-o) COMPREPLY=($(compgen -W 'text json' -- "$word")); return ;;
      esac
      options='--as --output -o --help -h --version --quiet -q --no-colour'
      arguments=$(_sectile_list models)
      ;;
    show)
      case $before in
        --output|-o) COMPREPLY=($(compgen -W 'text json mermaid mermaid-blocks svg' -- "$word")); return ;;
        --nvml) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --driver-timeout) COMPREPLY=(); return ;;
      esac
      options='--output -o --nvml --driver-timeout --help -h --version --quiet -q --no-colour'
      ;;
    who)
      case $before in
        --output|-o) COMPREPLY=($(compgen -W 'text json' -- "$word")); return ;;
        --nvml) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --driver-timeout) COMPREPLY=(); return ;;
      esac
      options='--output -o --nvml --driver-timeout --help -h --version --quiet -q --no-colour'
      arguments=$(_sectile_list )
      ;;
    doctor)
      case $before in
        --output|-o) COMPREPLY=($(compgen -W 'text json' -- "$word")); return ;;
        --nvml) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --driver-timeout) COMPREPLY=(); return ;;
      esac
      options='--output -o --nvml --driver-timeout --help -h --version --quiet -q --no-colour'
      ;;
    diff)
      case $before in
        --config-file|-f) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --selected-config|-c) COMPREPLY=($(compgen -W "$(_sectile_list labels)" -- "$word")); return ;;
        --output|-o) COMPREPLY=($(compgen -W 'text json' -- "$word")); return ;;
        --nvml) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --driver-timeout) COMPREPLY=(); return ;;
      esac
      options='--config-file -f --selected-config -c --mode-only -m --output -o --nvml --driver-timeout --help -h --version --quiet -q --no-colour'
      ;;
    apply)
      case $before in
        --config-file|-f) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --selected-config|-c) COMPREPLY=($(compgen -W "$(_sectile_list labels)" -- "$word")); return ;;
        --layout|-l) COMPREPLY=(); return ;;
        --gpu-index|-i) COMPREPLY=(); return ;;
        --gpu-uuid|-u) COMPREPLY=(); return ;;
        --wait|-w) COMPREPLY=(); return ;;
        --grace) COMPREPLY=(); return ;;
        --hooks-file|-k) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --stop-service) COMPREPLY=(); return ;;
        --output|-o) COMPREPLY=($(compgen -W 'text json' -- "$word")); return ;;
        --nvml) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --driver-timeout) COMPREPLY=(); return ;;
      esac
      options='--config-file -f --selected-config -c --layout -l --gpu-index -i --gpu-uuid -u --dry-run -n --yes -y --mode-only -m --reset --skip-reset -s --wait -w --evict --grace --take-over --hooks-file -k --hooks-output --stop-clients --stop-service --cdi --output -o --nvml --driver-timeout --help -h --version --quiet -q --no-colour'
      ;;
    assert)
      case $before in
        --config-file|-f) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --selected-config|-c) COMPREPLY=($(compgen -W "$(_sectile_list labels)" -- "$word")); return ;;
        --nvml) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --driver-timeout) COMPREPLY=(); return ;;
      esac
      options='--config-file -f --selected-config -c --mode-only -m --valid-config -a --nvml --driver-timeout --help -h --version --quiet -q --no-colour'
      ;;
    log)
      case $before in
        --number|-n) COMPREPLY=(); return ;;
        --output|-o) COMPREPLY=($(compgen -W 'text json' -- "$word")); return ;;
      esac
      options='--number -n --output -o --help -h --version --quiet -q --no-colour'
      arguments=$(_sectile_list )
      ;;
    undo)
      case $before in
        --output|-o) COMPREPLY=($(compgen -W 'text json' -- "$word")); return ;;
        --nvml) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --driver-timeout) COMPREPLY=(); return ;;
      esac
      options='--dry-run -n --yes -y --force --reset --output -o --nvml --driver-timeout --help -h --version --quiet -q --no-colour'
      ;;
    repair)
      case $before in
        --output|-o) COMPREPLY=($(compgen -W 'text json' -- "$word")); return ;;
        --nvml) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --driver-timeout) COMPREPLY=(); return ;;
      esac
      options='--dry-run -n --take-back --complete --accept --yes -y --reset --output -o --nvml --driver-timeout --help -h --version --quiet -q --no-colour'
      ;;
    save)
      case $before in
        --config-file|-f) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --selected-config|-c) COMPREPLY=($(compgen -W "$(_sectile_list labels)" -- "$word")); return ;;
        --nvml) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --driver-timeout) COMPREPLY=(); return ;;
      esac
      options='--config-file -f --selected-config -c --from-mig-manager --show --forget --nvml --driver-timeout --help -h --version --quiet -q --no-colour'
      ;;
    restore)
      case $before in
        --timeout) COMPREPLY=(); return ;;
        --nvml) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --driver-timeout) COMPREPLY=(); return ;;
      esac
      options='--dry-run -n --yes -y --timeout --reset --cdi --nvml --driver-timeout --help -h --version --quiet -q --no-colour'
      ;;
    export)
      case $before in
        --output|-o) COMPREPLY=($(compgen -W 'yaml json mig-parted' -- "$word")); return ;;
        --config-label|-l) COMPREPLY=(); return ;;
        --nvml) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --driver-timeout) COMPREPLY=(); return ;;
      esac
      options='--output -o --config-label -l --nvml --driver-timeout --help -h --version --quiet -q --no-colour'
      ;;
    lint)
      case $before in
        --gpu|-g) COMPREPLY=($(compgen -W "$(_sectile_list models)" -- "$word")); return ;;
        --output|-o) COMPREPLY=($(compgen -W 'text json' -- "$word")); return ;;
      esac
      options='--gpu -g --output -o --help -h --version --quiet -q --no-colour'
      arguments=$(compgen -f -- "$word")
      ;;
    fleet)
      case $before in
        --fleet|-f) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --gpu|-g) COMPREPLY=($(compgen -W "$(_sectile_list models)" -- "$word")); return ;;
        --demand|-d) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --want|-w) COMPREPLY=(); return ;;
        --larger) COMPREPLY=(); return ;;
        --buy) COMPREPLY=(); return ;;
        --goals) COMPREPLY=(); return ;;
        --max-unavailable) COMPREPLY=(); return ;;
        --offered) COMPREPLY=(); return ;;
        --load) COMPREPLY=(); return ;;
        --value) COMPREPLY=($(compgen -W 'count slices' -- "$word")); return ;;
        --write) COMPREPLY=($(compgen -d -- "$word")); return ;;
        --output|-o) COMPREPLY=($(compgen -W 'text json yaml mig-parted html' -- "$word")); return ;;
      esac
      options='--fleet -f --gpu -g --demand -d --want -w --larger --buy --goals --max-unavailable --no-detours --offered --load --value --write --output -o --help -h --version --quiet -q --no-colour'
      arguments=$(_sectile_list )
      ;;
    simulate)
      case $before in
        --fleet|-g) COMPREPLY=($(compgen -W "$(_sectile_list models)" -- "$word")); return ;;
        --mix) COMPREPLY=(); return ;;
        --trace) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --policy|-p) COMPREPLY=(); return ;;
        --practice) COMPREPLY=(); return ;;
        --layouts|-l) COMPREPLY=(); return ;;
        --rho) COMPREPLY=(); return ;;
        --queue) COMPREPLY=($(compgen -W 'loss fifo backfill' -- "$word")); return ;;
        --moves-max) COMPREPLY=(); return ;;
        --lifetimes) COMPREPLY=(); return ;;
        --seeds) COMPREPLY=(); return ;;
        --seed) COMPREPLY=(); return ;;
        --output|-o) COMPREPLY=($(compgen -W 'text json csv html' -- "$word")); return ;;
      esac
      options='--fleet -g --mix --trace --policy -p --practice --layouts -l --rho --queue --moves --moves-max --lifetimes --seeds --seed --output -o --help -h --version --quiet -q --no-colour'
      ;;
    emulate)
      case $before in
        --node-file|-f) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --state) COMPREPLY=($(compgen -d -- "$word")); return ;;
        --driver) COMPREPLY=($(compgen -W '535 570 580' -- "$word")); return ;;
        --faults) COMPREPLY=($(compgen -f -- "$word")); return ;;
      esac
      options='--node-file -f --state --driver --faults --help -h --version --quiet -q --no-colour'
      arguments=$(_sectile_list models)
      ;;
    *) arguments='plan advise gpus profiles show who doctor diff apply assert log undo repair save restore export lint fleet simulate emulate' ;;
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  else
    COMPREPLY=($(compgen -W "$arguments" -- "$word"))
  fi
}
complete -F _sectile sectile
