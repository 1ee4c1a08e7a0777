import { Table } from '#components/ui/table.tsx'
import { type Cell, FleetCells } from './fleet-cells.tsx'

type Placed = Cell & { region: string; environments: readonly string[] }

type FleetMatrixProps = { cells: readonly Placed[]; environments: readonly string[] }

/** Clusters by region and environment; one that serves two environments stands in both. */
export function FleetMatrix({ cells, environments }: FleetMatrixProps) {
  const regions = [...new Set(cells.map((cell) => cell.region))].sort()
  return (
    <div className="fleet-matrix">
      <Table full flat>
        <thead>
          <tr>
            <th scope="col">Region</th>
            {environments.map((environment) => (
              <th key={environment} scope="col">
                {environment}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {regions.map((region) => (
            <tr key={region} className="align-top">
              <th scope="row">{region}</th>
              {environments.map((environment) => (
                <td key={environment} data-environment={environment}>
                  <Square
                    label={`${region}, ${environment}`}
                    cells={cells.filter(
                      (cell) => cell.region === region && cell.environments.includes(environment),
                    )}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  )
}

function Square({ label, cells }: { label: string; cells: readonly Cell[] }) {
  return cells.length > 0 ? (
    <FleetCells label={label} cells={cells} />
  ) : (
    <span className="text-ink-3">–</span>
  )
}
