import { Module } from '@nestjs/common';
import { ParameterModule } from '../parameter/parameter.module';
import { FlowCorrectionResolver } from './flow-correction.resolver';
import { FlowCountRepository } from './flow-count.repository';
import { FlowMonthResolver } from './flow-month.resolver';
import { FlowViewService } from './flow-view.service';
import { FlowProcessor } from './flow.processor';
import { FlowRepository } from './flow.repository';
import { FlowResolver } from './flow.resolver';
import { FlowService } from './flow.service';
import { StatedTableRepository } from './stated-table.repository';
import { StatedTableResolver } from './stated-table.resolver';
import { StatedTableService } from './stated-table.service';

/** How many people came and went: counted from residence periods, closed by month, published without small figures. */
@Module({
  imports: [ParameterModule],
  providers: [
    FlowCountRepository,
    FlowRepository,
    FlowService,
    FlowProcessor,
    FlowViewService,
    StatedTableRepository,
    StatedTableService,
    FlowResolver,
    FlowMonthResolver,
    FlowCorrectionResolver,
    StatedTableResolver,
  ],
  exports: [
    FlowService,
    FlowProcessor,
    FlowViewService,
    StatedTableService,
    FlowResolver,
    FlowMonthResolver,
    FlowCorrectionResolver,
    StatedTableResolver,
  ],
})
export class FlowModule {}
