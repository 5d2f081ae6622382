# Prints what the sections of tools/bench measured as a table. Usage: awk -f table.awk FILE FILE
# The file is read twice: for the widths of its columns, and to print them.
BEGIN { FS = "\t" }

function row(a, b, c, d, e, f) {
  printf("%-*s  %-*s  %*s  %*s  %*s  %*s\n", w[1], a, w[2], b, w[3], c, w[4], d, w[5], e, w[6], f)
}

NR == FNR {
  if (/^[=#]/ || NF < 6) next
  for (i = 1; i <= 6; i++) if (length($i) > w[i]) w[i] = length($i)
  next
}
FNR == 1 { for (i = 1; i <= 6; i++) if (w[i] < 7) w[i] = 7 }
/^= / {
  printf("%s%s\n", (FNR > 1 ? "\n" : ""), substr($0, 3))
  row("", "unit", "sectile", "floor", "other", "ratio")
  next
}
/^#/ || NF < 6 { print; next }
{ row($1, $2, $3, $4, $5, $6) }
