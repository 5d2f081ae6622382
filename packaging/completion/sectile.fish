# Made from the program's option table by sectile internal generate-docs; do not edit.

# Models, profiles, or the labels of the file behind -f.
function __sectile_list
  set -l words (commandline -opc)
  set -l file
  for i in (seq (count $words))
    if contains -- $words[$i] -f --config-file; and test $i -lt (count $words)
      set file $words[(math $i + 1)]
    end
  end
  sectile internal list $argv[1] $file 2>/dev/null
end

complete -c sectile -f
complete -c sectile -n __fish_use_subcommand -a plan -d "find the best layout for wants or a strategy"
complete -c sectile -n __fish_use_subcommand -a gpus -d "list the GPU models that Sectile knows"
complete -c sectile -n __fish_use_subcommand -a profiles -d "list the MIG profiles of a model"
complete -c sectile -n __fish_use_subcommand -a show -d "show the layouts of this machine and what still fits"
complete -c sectile -n __fish_use_subcommand -a who -d "show who holds the GPUs, and how to free them"
complete -c sectile -n __fish_use_subcommand -a diff -d "compare this machine with a configuration"
complete -c sectile -n __fish_use_subcommand -a apply -d "change this machine to a configuration"
complete -c sectile -n __fish_use_subcommand -a assert -d "check that this machine has a configuration"
complete -c sectile -n __fish_use_subcommand -a export -d "write this machine's layouts as a configuration"
complete -c sectile -n __fish_use_subcommand -a lint -d "check a configuration file, no GPU needed"
complete -c sectile -n __fish_use_subcommand -a emulate -d "run a command on emulated GPUs"
complete -c sectile -l help -s h -d "Show help and exit."
complete -c sectile -l version -d "Show the version and exit."
complete -c sectile -l quiet -s q -d "Print errors and nothing else but the result."
complete -c sectile -l no-colour -d "Never use colour. Otherwise a terminal gets colour unless NO_COLOR is set."
complete -c sectile -n '__fish_seen_subcommand_from plan' -l gpu -s g -x -a '(__sectile_list models)' -d "Plan for these GPUs, such as 8xh100-80gb-sxm5 or 4xa100-80gb,2xa30-24gb, without asking a driver. Otherwise plan for the GPUs of this machine."
complete -c sectile -n '__fish_seen_subcommand_from plan' -l want -s w -x -d "What must fit: by profile, 2x3g.40gb,1x1g.10gb, or by need, 14x>=9GiB,2x>=39GiB/3c. May be given more than once."
complete -c sectile -n '__fish_seen_subcommand_from plan' -l strategy -s s -x -a 'mixed all-balanced high-performance memory-balanced compute-balanced custom' -d "Cut every GPU by a named strategy."
complete -c sectile -n '__fish_seen_subcommand_from plan' -l profile -x -a '(__sectile_list profiles)' -d "With all-balanced: the profile of each instance."
complete -c sectile -n '__fish_seen_subcommand_from plan' -l profile-set -x -d "With mixed: the profiles, such as 1g,1g,2g,3g."
complete -c sectile -n '__fish_seen_subcommand_from plan' -l parts -x -d "With memory-balanced and compute-balanced: how many shares."
complete -c sectile -n '__fish_seen_subcommand_from plan' -l fill -d "Use what a strategy leaves over with the largest profiles that fit."
complete -c sectile -n '__fish_seen_subcommand_from plan' -l layout -s l -x -d "With custom: the instances, such as '3g.40gb@4 2g.20gb@0 2g.20gb@2'. The starts (@N) may be left out."
complete -c sectile -n '__fish_seen_subcommand_from plan' -l config-file -s f -r -F -d "Read the wants from Sectile YAML (kind Wants); - reads standard input."
complete -c sectile -n '__fish_seen_subcommand_from plan' -l replace -d "Plan for this machine from empty GPUs. Otherwise what exists stays."
complete -c sectile -n '__fish_seen_subcommand_from plan' -l explain -d "Say for each instance why it is where it is."
complete -c sectile -n '__fish_seen_subcommand_from plan' -l config-label -x -d "With -o mig-parted and yaml: the name of the configuration. Default: planned."
complete -c sectile -n '__fish_seen_subcommand_from plan' -l output -s o -x -a 'text json yaml mig-parted mermaid mermaid-blocks svg' -d "What to print. Default: text."
complete -c sectile -n '__fish_seen_subcommand_from plan' -l nvml -r -F -d "Load this NVML library instead of the system's."
complete -c sectile -n '__fish_seen_subcommand_from plan' -l driver-timeout -x -d "Give up on a call into the driver that takes longer, such as 90s or 5m; changes of the mode and resets get five times as much. Default: $SECTILE_DRIVER_TIMEOUT, or 60s."
complete -c sectile -n '__fish_seen_subcommand_from gpus' -l output -s o -x -a 'text json' -d "What to print. Default: text."
complete -c sectile -n '__fish_seen_subcommand_from profiles' -l as -x -a 'sectile smi' -d "The style of the table: sectile, or smi for the columns of nvidia-smi mig -lgip and -lgipp. Default: sectile."
complete -c sectile -n '__fish_seen_subcommand_from profiles' -l output -s o -x -a 'text json' -d "What to print. Default: text."
complete -c sectile -n '__fish_seen_subcommand_from profiles' -a '(__sectile_list models)'
complete -c sectile -n '__fish_seen_subcommand_from show' -l output -s o -x -a 'text json mermaid mermaid-blocks svg' -d "What to print. Default: text."
complete -c sectile -n '__fish_seen_subcommand_from show' -l nvml -r -F -d "Load this NVML library instead of the system's."
complete -c sectile -n '__fish_seen_subcommand_from show' -l driver-timeout -x -d "Give up on a call into the driver that takes longer, such as 90s or 5m; changes of the mode and resets get five times as much. Default: $SECTILE_DRIVER_TIMEOUT, or 60s."
complete -c sectile -n '__fish_seen_subcommand_from who' -l output -s o -x -a 'text json' -d "What to print. Default: text."
complete -c sectile -n '__fish_seen_subcommand_from who' -l nvml -r -F -d "Load this NVML library instead of the system's."
complete -c sectile -n '__fish_seen_subcommand_from who' -l driver-timeout -x -d "Give up on a call into the driver that takes longer, such as 90s or 5m; changes of the mode and resets get five times as much. Default: $SECTILE_DRIVER_TIMEOUT, or 60s."
complete -c sectile -n '__fish_seen_subcommand_from who' -a '(__sectile_list )'
complete -c sectile -n '__fish_seen_subcommand_from diff' -l config-file -s f -r -F -d "Layouts to use: mig-parted v1 YAML, Sectile YAML or a plan as JSON; - reads standard input."
complete -c sectile -n '__fish_seen_subcommand_from diff' -l selected-config -s c -x -a '(__sectile_list labels)' -d "The configuration in FILE. Not needed if it holds only one."
complete -c sectile -n '__fish_seen_subcommand_from diff' -l mode-only -s m -d "Only the MIG mode; leave the instances alone."
complete -c sectile -n '__fish_seen_subcommand_from diff' -l output -s o -x -a 'text json' -d "What to print. Default: text."
complete -c sectile -n '__fish_seen_subcommand_from diff' -l nvml -r -F -d "Load this NVML library instead of the system's."
complete -c sectile -n '__fish_seen_subcommand_from diff' -l driver-timeout -x -d "Give up on a call into the driver that takes longer, such as 90s or 5m; changes of the mode and resets get five times as much. Default: $SECTILE_DRIVER_TIMEOUT, or 60s."
complete -c sectile -n '__fish_seen_subcommand_from apply' -l config-file -s f -r -F -d "Layouts to use: mig-parted v1 YAML, Sectile YAML or a plan as JSON; - reads standard input."
complete -c sectile -n '__fish_seen_subcommand_from apply' -l selected-config -s c -x -a '(__sectile_list labels)' -d "The configuration in FILE. Not needed if it holds only one."
complete -c sectile -n '__fish_seen_subcommand_from apply' -l layout -s l -x -d "Instead of FILE: the layout, such as '3g.40gb@4 2g.20gb@0'. An empty one clears the GPU."
complete -c sectile -n '__fish_seen_subcommand_from apply' -l gpu-index -s i -x -d "With --layout: the GPUs by index, such as 0,2; all for every capable GPU."
complete -c sectile -n '__fish_seen_subcommand_from apply' -l gpu-uuid -s u -x -d "With --layout: the GPU by UUID. May be given more than once."
complete -c sectile -n '__fish_seen_subcommand_from apply' -l dry-run -s n -d "Say what would be kept, destroyed and created, and change nothing."
complete -c sectile -n '__fish_seen_subcommand_from apply' -l yes -s y -d "Do not ask. Needed where there is no terminal."
complete -c sectile -n '__fish_seen_subcommand_from apply' -l mode-only -s m -d "Only the MIG mode; leave the instances alone."
complete -c sectile -n '__fish_seen_subcommand_from apply' -l reset -d "Reset the GPUs whose mode change needs it, and no others. Refused for a GPU that somebody uses."
complete -c sectile -n '__fish_seen_subcommand_from apply' -l skip-reset -s s -d "Leave a mode change that needs a reset pending, and create nothing there."
complete -c sectile -n '__fish_seen_subcommand_from apply' -l wait -s w -x -d "Wait as long as this for those who use what would be destroyed: 90s, 30m, 2h."
complete -c sectile -n '__fish_seen_subcommand_from apply' -l evict -d "End the processes in the instances that must go, and no others; after --wait, those that are left. Never those that serve the machine."
complete -c sectile -n '__fish_seen_subcommand_from apply' -l grace -x -d "How long --evict waits between asking a process to end and killing it. Default: 30s."
complete -c sectile -n '__fish_seen_subcommand_from apply' -l hooks-file -s k -r -F -d "mig-parted's hooks. Not supported yet: refused."
complete -c sectile -n '__fish_seen_subcommand_from apply' -l output -s o -x -a 'text json' -d "What to print. Default: text."
complete -c sectile -n '__fish_seen_subcommand_from apply' -l nvml -r -F -d "Load this NVML library instead of the system's."
complete -c sectile -n '__fish_seen_subcommand_from apply' -l driver-timeout -x -d "Give up on a call into the driver that takes longer, such as 90s or 5m; changes of the mode and resets get five times as much. Default: $SECTILE_DRIVER_TIMEOUT, or 60s."
complete -c sectile -n '__fish_seen_subcommand_from assert' -l config-file -s f -r -F -d "Layouts to use: mig-parted v1 YAML, Sectile YAML or a plan as JSON; - reads standard input."
complete -c sectile -n '__fish_seen_subcommand_from assert' -l selected-config -s c -x -a '(__sectile_list labels)' -d "The configuration in FILE. Not needed if it holds only one."
complete -c sectile -n '__fish_seen_subcommand_from assert' -l mode-only -s m -d "Only the MIG mode; leave the instances alone."
complete -c sectile -n '__fish_seen_subcommand_from assert' -l valid-config -s a -d "Only check that FILE can be read and holds LABEL; ask no driver."
complete -c sectile -n '__fish_seen_subcommand_from assert' -l nvml -r -F -d "Load this NVML library instead of the system's."
complete -c sectile -n '__fish_seen_subcommand_from assert' -l driver-timeout -x -d "Give up on a call into the driver that takes longer, such as 90s or 5m; changes of the mode and resets get five times as much. Default: $SECTILE_DRIVER_TIMEOUT, or 60s."
complete -c sectile -n '__fish_seen_subcommand_from export' -l output -s o -x -a 'yaml json mig-parted' -d "yaml: Sectile YAML with placements; json; mig-parted: counts only. Default: yaml."
complete -c sectile -n '__fish_seen_subcommand_from export' -l config-label -s l -x -d "The name of the configuration. Default: current."
complete -c sectile -n '__fish_seen_subcommand_from export' -l nvml -r -F -d "Load this NVML library instead of the system's."
complete -c sectile -n '__fish_seen_subcommand_from export' -l driver-timeout -x -d "Give up on a call into the driver that takes longer, such as 90s or 5m; changes of the mode and resets get five times as much. Default: $SECTILE_DRIVER_TIMEOUT, or 60s."
complete -c sectile -n '__fish_seen_subcommand_from lint' -l gpu -s g -x -a '(__sectile_list models)' -d "The GPUs the file is meant for. Otherwise each configuration must fit one of the known models."
complete -c sectile -n '__fish_seen_subcommand_from lint' -l output -s o -x -a 'text json' -d "What to print. Default: text."
complete -c sectile -n '__fish_seen_subcommand_from lint' -F
complete -c sectile -n '__fish_seen_subcommand_from emulate' -l node-file -s f -r -F -d "Take the machine from YAML (kind EmulatedNode): GPUs, modes, layouts, processes, faults."
complete -c sectile -n '__fish_seen_subcommand_from emulate' -l state -x -a '(__fish_complete_directories)' -d "Keep the state of the emulated machine here, and use what is there. Otherwise it is removed at the end."
complete -c sectile -n '__fish_seen_subcommand_from emulate' -l driver -x -a '535 570 580' -d "The driver branch to imitate. Default: 580."
complete -c sectile -n '__fish_seen_subcommand_from emulate' -l faults -r -F -d "Make NVML calls fail as this script says."
complete -c sectile -n '__fish_seen_subcommand_from emulate' -a '(__sectile_list models)'
